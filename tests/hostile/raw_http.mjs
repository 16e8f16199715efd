// Requests that no HTTP client would send: bytes on a socket, the answer parsed just enough.
import { connect } from 'node:net';

export function raw(base_url, bytes, milliseconds = 5000) {
  const { hostname, port } = new URL(base_url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port) || 80 });
    const parts = [];
    const timer = setTimeout(() => { socket.destroy(); reject(new Error('no answer in time')); }, milliseconds);
    const finish = () => {
      clearTimeout(timer);
      const text = Buffer.concat(parts).toString('latin1');
      const cut = text.indexOf('\r\n\r\n');
      const [first, ...lines] = text.slice(0, cut).split('\r\n');
      resolve({ status: Number(first?.split(' ')[1] ?? 0), headers: lines.map((l) => l.split(/:\s*/, 2)).map(([n, ...v]) => [n.toLowerCase(), v.join(': ')]), body: text.slice(cut + 4), text });
    };
    socket.on('data', (data) => parts.push(data));
    socket.on('close', finish);
    socket.on('error', (error) => (parts.length ? finish() : (clearTimeout(timer), parts.push(Buffer.from(`HTTP/1.1 0 ${error.code}\r\n\r\n`)), finish())));
    socket.write(bytes, 'latin1');
  });
}

// A request written by hand, closed after one answer.
export const request = (line, headers = [], body = '') =>
  [line, ...(headers.some((h) => /^host:/i.test(h)) ? [] : ['Host: localhost']), 'Connection: close', ...headers, ...(body ? [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`] : []), '', body].join('\r\n');
