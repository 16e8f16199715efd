// An nginx of its own in front of a stack's habilitd: deploy/nginx/habilitd.conf as in production, with TLS, HTTP/2 and
// the real limits; only its ports are others.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect as connect2 } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { free_port, root, until } from '../support/stack.mjs';
import { certificate } from './iam.mjs';

const TEMPORARY = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];

export class OwnNginx {
  static async start(stack) {
    const own = new OwnNginx(), dir = mkdtempSync(join(tmpdir(), 'habilitd-nginx-'));
    Object.assign(own, { dir, stack, port: await free_port(), plain_port: await free_port(), socket: join(dir, 'run/habilitd.sock') });
    for (const folder of ['run', 'tmp']) mkdirSync(join(dir, folder));
    own.write(certificate(dir, 'front'), await free_port());
    own.child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')],
      { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
    try {
      await until('nginx', () => own.ask('/'));
    } catch (error) {
      const said = readFileSync(join(dir, 'error.log'), 'utf8');
      await own.stop();
      throw new Error(`${error.message}\n${said}`);
    }
    return own;
  }

  write({ key, cert }, health_port) {
    this.ca = readFileSync(cert);
    execFileSync(join(root, 'deploy/nginx/fill'), ['--to', this.dir, '--run', join(this.dir, 'run'), '--access-log', join(this.dir,
      'access.log'),
      'HOST=localhost', `CERTIFICATE=${cert}`, `CERTIFICATE_KEY=${key}`, `habilitd.conf=${join(this.dir, 'habilitd.conf')}`]);
    const servers = readFileSync(join(this.dir, 'habilitd.conf'), 'utf8').replace(/^ *listen \[::\].*\n/gm, '')
      .replace(/listen 80\b/g, `listen 127.0.0.1:${this.plain_port}`).replace(/listen 443\b/g, `listen 127.0.0.1:${this.port}`)
      .replace(/listen 127\.0\.0\.1:8081\b/, `listen 127.0.0.1:${health_port}`);
    writeFileSync(join(this.dir, 'habilitd.conf'), servers);
    const temporary = TEMPORARY.map((name) => `${name}_temp_path ${join(this.dir, 'tmp', name)};`).join(' ');
    writeFileSync(join(this.dir, 'nginx.conf'), `daemon off; ${process.getuid() ? '' : 'user root;'} pid ${join(this.dir, 'pid')};
      events { worker_connections 512; } http { ${temporary} include ${join(this.dir, 'habilitd.conf')}; }`);
  }

  // Without it, nginx finds nobody behind.
  connect() {
    symlinkSync(join(this.stack.dir, 'run/habilitd.sock'), this.socket);
  }
  disconnect() {
    unlinkSync(this.socket);
  }
  async stop() {
    if (this.child.exitCode === null) {
      const ended = new Promise((done) => this.child.once('exit', done));
      this.child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  get trust() { return { ca: this.ca, servername: 'localhost' }; }

  // HTTP/1.1 over TLS: {status, headers, body}.
  ask(path, { method = 'GET', headers = {}, body, from } = {}) {
    return new Promise((done, failed) => request({ host: '127.0.0.1', port: this.port, path, method, headers: { Host: 'localhost',
      ...headers },
      localAddress: from, agent: false, ...this.trust }, async (answer) => {
      answer.setEncoding('utf8').once('error', failed);
      const text = (await answer.toArray()).join('');
      done({ status: answer.statusCode, headers: new Map(Object.entries(answer.headers)), body: text });
    }).once('error', failed).end(body));
  }

  // HTTP/2: the same; rejects when nginx ends the stream or connection without an answer.
  ask2(headers, body) {
    return new Promise((done, failed) => {
      const session = connect2(`https://localhost:${this.port}`, { ...this.trust, maxSendHeaderBlockLength: 1 << 20 }).once('error',
        failed);
      const stream = session.request({ ':method': 'GET', ...headers }).setEncoding('utf8').on('error', failed);
      let told, text = '';
      stream.on('response', (all) => (told = new Map(Object.entries(all)))).on('data', (part) => (text += part));
      stream.on('close', () => {
        session.close();
        if (told) done({ status: told.get(':status'), headers: told, body: text });
        else failed(new Error('no answer'));
      });
      stream.end(body);
    });
  }

  // HTTP/2 by hand: header fields in their order, as no client would send them. The body of the answer.
  raw2(fields) {
    const length = (number) => (number < 127 ? [number] : [127, ...rest_of(number - 127)]);
    const text = (value) => Buffer.concat([Buffer.from(length(Buffer.byteLength(value, 'latin1'))), Buffer.from(value, 'latin1')]);
    const block = Buffer.concat(fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name),
      text(value)]))); // RFC 7541 s6.2.2
    const frame = (type, flags, stream, payload) => {
      const head = Buffer.alloc(9);
      head.writeUIntBE(payload.length, 0, 3);
      head.set([type, flags], 3);
      head.writeUInt32BE(stream, 5);
      return Buffer.concat([head, payload]);
    };
    return new Promise((done, failed) => {
      const socket = connect({ host: '127.0.0.1', port: this.port, ALPNProtocols: ['h2'], ...this.trust }).once('error', failed);
      let read = Buffer.alloc(0), body = '';
      socket.setTimeout(5000, () => socket.destroy(new Error('no answer in time'))).once('close', () => done(body));
      socket.on('data', (data) => {
        read = Buffer.concat([read, data]);
        for (let size; read.length >= 9 && read.length >= 9 + (size = read.readUIntBE(0, 3)); read = read.subarray(9 + size)) {
          if (read[3] === 0) body += read.subarray(9, 9 + size);
          if ((read[3] <= 1 && read[4] & 1) || read[3] === 3 || read[3] === 7) return socket.end(); // the last of it, RST_STREAM, GOAWAY
        }
        return undefined;
      });
      socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0)), frame(1, 5, 1,
        block)]));
    });
  }

  // Requests in a row on each of the connections, until `enough` of what came back; at most 900 each.
  flood(heads, enough) {
    return new Promise((done, failed) => {
      const texts = heads.map(() => ''), sockets = [];
      let open = heads.length;
      const look = () => {
        if (open && !enough(texts)) return;
        for (const socket of sockets) socket.destroy();
        done(texts);
      };
      heads.forEach((head, i) => {
        const socket = connect({ host: '127.0.0.1', port: this.port, ...this.trust }, () => socket.write(head.repeat(900)));
        sockets.push(socket);
        socket.setEncoding('latin1').on('data', (text) => { texts[i] += text; look(); }).once('error', failed);
        socket.setTimeout(20000, () => socket.destroy()).once('close', () => { open--; look(); });
      });
    });
  }
}

// RFC 7541 section 5.1.
function rest_of(number) {
  const bytes = [];
  for (; number >= 128; number = Math.floor(number / 128)) bytes.push((number % 128) | 128);
  return [...bytes, number];
}
