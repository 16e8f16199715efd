// Two ways of asking: `load` repeats a list of requests for some seconds (wrk), `exchange` sends each
// request of a list once. Both fail on any status but the expected one: a refusal is no fast answer.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

// A request: {path, method = GET, body, status = 200}. `headers` of every request: an object.
export const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const lua = (text) => JSON.stringify(text).replace(/\\u([0-9a-f]{4})/g, '\\u{$1}');

function script_of(requests, headers) {
  const lines = requests.map((r) => `{${lua(r.method ?? 'GET')}, ${lua(r.path)}, ${r.body ? lua(r.body) : 'nil'}},`);
  const fields = Object.entries(headers).map(([name, value]) => `[${lua(name)}] = ${lua(value)}`);
  return `
local list = {
${lines.join('\n')}
}
local headers = { ${fields.join(', ')} }
local next = math.random(#list)
request = function()
  next = next % #list + 1
  local r = list[next]
  return wrk.format(r[1], r[2], headers, r[3])
end
done = function(summary, latency)
  io.write(string.format("RESULT %f %f %f %d %d\\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end`;
}

// {rate, p50, p99}: requests a second and milliseconds. wrk counts only 4xx and 5xx as wrong, so one of
// each kind is looked at before and after.
export async function load(origin, requests, headers, { work, seconds, connections = 16 }) {
  const some = [requests[0], requests[requests.length >> 1]];
  await exchange(origin, some, headers);
  const script = join(work, 'requests.lua');
  writeFileSync(script, script_of(requests, headers));
  const said = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, origin], { encoding: 'utf8' });
  const [, rate, p50, p99, wrong, broken] = /RESULT (\S+) (\S+) (\S+) (\d+) (\d+)/.exec(said).map(Number);
  if (wrong || broken) throw new Error(`${requests[0].path}: ${wrong} answers were refusals, ${broken} connections broke`);
  await exchange(origin, some, headers);
  return { rate, p50, p99 };
}

// One kept connection; ask() gives {status, body, bytes}. Answers carry Content-Length or no body.
class Wire {
  constructor(url, headers) {
    this.lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.host = url.host;
    this.got = Buffer.alloc(0);
    this.socket = connect(Number(url.port), url.hostname).setNoDelay(true);
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on('error', (error) => this.fail?.(error));
    this.socket.on('close', () => this.fail?.(new Error('the connection was closed')));
  }

  ask({ method = 'GET', path, body }) {
    const text = body ? `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}` : '\r\n';
    return new Promise((done, fail) => {
      Object.assign(this, { done, fail });
      this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${this.lines}${text}`);
    });
  }

  take(chunk) {
    this.got = this.got.length ? Buffer.concat([this.got, chunk]) : chunk;
    const end = this.got.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.got.toString('latin1', 0, end);
    if (/^transfer-encoding: *chunked/im.test(head)) return this.fail(new Error('a chunked answer'));
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    const bytes = end + 4 + length;
    if (this.got.length < bytes) return;
    const body = this.got.toString('utf8', end + 4, bytes);
    this.got = this.got.subarray(bytes);
    this.done({ status: Number(head.slice(9, 12)), head, body, bytes });
  }

  close() {
    this.fail = null;
    this.socket.destroy();
  }
}

// Sends each request once: {rate, mean, p50, p99, bytes, seconds, answers}. `look` may judge an answer.
export async function exchange(origin, requests, headers, { connections = 1, look } = {}) {
  const url = new URL(origin);
  const times = [];
  const answers = new Array(requests.length);
  let next = 0;
  const client = async () => {
    const wire = new Wire(url, headers);
    try {
      for (let mine = next++; mine < requests.length; mine = next++) {
        const begun = performance.now();
        const answer = await wire.ask(requests[mine]);
        times.push(performance.now() - begun);
        judge(requests[mine], answer);
        look?.(answer, requests[mine]);
        answers[mine] = answer;
      }
    } finally {
      wire.close();
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: Math.min(connections, requests.length) }, client));
  const seconds = (performance.now() - begun) / 1000;
  return { ...figures(times), rate: requests.length / seconds, seconds, answers,
    bytes: answers.reduce((sum, a) => sum + a.bytes, 0) / requests.length };
}

function judge({ method = 'GET', path, status = 200 }, answer) {
  if (answer.status === status) return;
  throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${answer.body.slice(0, 300)}`);
}

export function figures(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return { mean: times.reduce((a, b) => a + b, 0) / times.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
}

export const median = (numbers) => at([...numbers].sort((x, y) => x - y), 0.5);

// Two that take turns, since the machine's speed drifts: {ours, theirs: what each turn gave, ratio: the median of
// the turns' rates, note}. `ours(i)` and `theirs(i)` give {rate}.
export async function in_turns(count, theirs, ours) {
  const turns = { ours: [], theirs: [] };
  for (let i = 0; i < count; i++) {
    turns.theirs.push(await theirs(i));
    turns.ours.push(await ours(i));
  }
  const ratios = turns.ours.map((each, i) => each.rate / turns.theirs[i].rate).sort((x, y) => x - y);
  const rate = (list) => median(list.map((each) => each.rate)).toFixed(0);
  return { ...turns, ratio: median(ratios), note: `${rate(turns.ours)}/s of ${rate(turns.theirs)}/s; `
    + `half of ${count} turns ${at(ratios, 0.25).toFixed(2)} to ${at(ratios, 0.75).toFixed(2)}` };
}
