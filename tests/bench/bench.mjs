// Measures the running stack against what the machine could do at all, in one run, and prints ratios.
//
// usage: tests/bench/run [--scale N] [--seconds S] [--program build/release/habilitd] [--json FILE]
//
// Denominators: a trivial libfcgi responder behind an nginx of its own with the same settings, and raw
// libldap reads on the same slapd. Every answer's status is checked: a row with a wrong one is an error,
// not a fast answer. Figures are ratios of this run; never compare absolute figures of two runs.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, until } from '../support/stack.mjs';

const { values: options } = parseArgs({ options: {
  scale: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '5' },
  program: { type: 'string', default: join(root, 'build/release/habilitd') },
  json: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (options.help) {
  console.log(readFileSync(new URL(import.meta.url), 'utf8').split('\n').slice(0, 7).map((l) => l.slice(3)).join('\n'));
  process.exit(0);
}
process.env.HABILITD_PROGRAM = options.program;
const { Stack } = await import('../support/stack.mjs');
const build = join(options.program, '..');
const work = mkdtempSync(join(tmpdir(), 'habilitd-bench-'));
const children = [];

execFileSync('cmake', ['--build', build, '--target', 'bench_responder', 'bench_raw_ldap'], { stdio: ['ignore', 'ignore', 'inherit'] });

async function start_responder(port) {
  const socket = join(work, 'responder.sock');
  children.push(spawn(join(build, 'tests/bench/bench_responder'), [socket], { stdio: 'ignore' }));
  mkdirSync(join(work, 'logs'), { recursive: true });
  writeFileSync(join(work, 'nginx.conf'), `
daemon off; ${process.getuid() === 0 ? 'user root;' : ''} worker_processes 2; pid ${work}/nginx.pid; error_log ${work}/logs/error.log;
events { worker_connections 512; }
http { access_log off; client_body_temp_path ${work}/b; proxy_temp_path ${work}/p; fastcgi_temp_path ${work}/f;
  uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;
  upstream responder { server unix:${socket}; keepalive 8; }
  server { listen 127.0.0.1:${port}; location / {
    include /etc/nginx/fastcgi_params; fastcgi_keep_conn on; fastcgi_pass responder; } } }`);
  children.push(spawn('nginx', ['-p', work, '-c', join(work, 'nginx.conf')], { stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } }));
  await until('the responder', async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
}

// One wrk run over a list of requests: {rate, p50, p99} in requests a second and milliseconds.
function load(url, requests, token, { connections = 16, seconds = options.seconds } = {}) {
  const script = join(work, 'requests.lua');
  const lines = requests.map((r) => `  {${JSON.stringify(r.method ?? 'GET')}, ${JSON.stringify(r.path)}, ${r.body ? JSON.stringify(r.body) : 'nil'}},`);
  writeFileSync(script, `
local list = {
${lines.join('\n')}
}
local headers = { ["Content-Type"] = "application/scim+json"${token ? `, ["Authorization"] = "Bearer ${token}"` : ''} }
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
end`);
  const said = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url], { encoding: 'utf8' });
  const [, rate, p50, p99, wrong, broken] = /RESULT (\S+) (\S+) (\S+) (\d+) (\d+)/.exec(said).map(Number);
  if (wrong || broken) throw new Error(`${requests[0].path}: ${wrong} answers were not 2xx, ${broken} connections broke`);
  return { rate, p50, p99 };
}

const memory_of = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const rows = [];
function row(name, goal, figure, unit, note = '') {
  const met = goal === null ? '' : (goal.startsWith('>=') ? figure >= Number(goal.slice(2)) : figure <= Number(goal.slice(2))) ? 'yes' : 'NO';
  rows.push({ name, goal, figure, unit, met, note });
  console.log(`${name.padEnd(46)} ${figure.toFixed(2).padStart(10)} ${unit.padEnd(8)} ${(goal ?? '').padEnd(9)} ${met.padEnd(4)} ${note}`);
}

let stack;
try {
  const begun = Date.now();
  stack = await Stack.start(Number(options.scale) ? ['--scale', options.scale] : []);
  console.log(`stack with ${options.scale} more people ready after ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
  const { demo } = stack;
  const origin = new URL(demo.scim_url).origin;
  const path = new URL(demo.scim_url).pathname;
  const port = Number(new URL(origin).port) + 1 < 65000 ? Number(new URL(origin).port) + 1 : 20001;
  await start_responder(port);

  const people = [];
  for (let start = 1; people.length < Math.min(2000, Number(options.scale) + 5); start += 100) {
    const { body } = await stack.scim('GET', `/Users?startIndex=${start}&count=100`);
    people.push(...body.Resources);
    if (start + 100 > body.totalResults) break;
  }
  const groups = (await stack.scim('GET', '/Groups?count=100&excludedAttributes=members')).body.Resources;
  const total = (await stack.scim('GET', '/Users?count=0')).body.totalResults;

  const trivial = () => load(`http://127.0.0.1:${port}`, [{ path: '/' }]);
  const first = people[0];
  const dn = stack.ldap(`(entryUUID=${first.id})`, demo.ldap_base, ['1.1']).match(/^dn: (.*)$/m)[1];
  const [raw_rate, raw_p99] = execFileSync(join(build, 'tests/bench/bench_raw_ldap'),
    [demo.ldap_uri, demo.ldap_admin_dn, demo.ldap_admin_password, dn, '8', options.seconds], { encoding: 'utf8' }).split(' ').map(Number);

  console.log(`${'case'.padEnd(46)} ${'figure'.padStart(10)} ${'unit'.padEnd(8)} ${'goal'.padEnd(9)} met`);
  const denominator = trivial();
  row('trivial libfcgi responder', null, denominator.rate, '/s', `p99 ${denominator.p99.toFixed(2)} ms`);
  row('raw libldap read, 8 connections', null, raw_rate, '/s', `p99 ${raw_p99.toFixed(2)} ms`);

  // The responder is measured before and after each case: the machine drifts.
  function against_responder(name, goal, requests) {
    const before = trivial();
    const measured = load(origin, requests, demo.scim_token);
    const after = trivial();
    const ratio = measured.rate / ((before.rate + after.rate) / 2);
    row(name, goal, ratio, 'x', `${measured.rate.toFixed(0)}/s, p99 ${measured.p99.toFixed(2)} ms; ${(measured.rate / raw_rate).toFixed(2)} x raw libldap`);
    return measured;
  }
  const by_id = against_responder('GET user by id', '>=0.7', people.map((p) => ({ path: `${path}/Users/${p.id}` })));
  row('GET user by id, p99 at 16 connections', '<=3', by_id.p99, 'ms');
  against_responder('GET group by id', '>=0.7', groups.map((g) => ({ path: `${path}/Groups/${g.id}` })));
  against_responder('userName eq', '>=0.7', people.map((p) => ({
    path: `${path}/Users?filter=${encodeURIComponent(`userName eq "${p.userName}"`)}` })));

  const one = (requests) => load(origin, requests, demo.scim_token, { connections: 1 });
  const filter = (text) => `filter=${encodeURIComponent(text)}`;
  row('list of 100, first page, p50', '<=5', one([{ path: `${path}/Users?count=100` }]).p50, 'ms', `${total} people`);
  row('list of 100, last page, p50', '<=5', one([{ path: `${path}/Users?count=100&startIndex=${Math.max(1, total - 100)}` }]).p50, 'ms');
  row('list of 100, sorted by familyName, p50', '<=5', one([{ path: `${path}/Users?count=100&sortBy=name.familyName&startIndex=${Math.max(1, total >> 1)}` }]).p50, 'ms');
  row('list of 100, substring filter, p50', '<=5', one([{ path: `${path}/Users?count=100&${filter('displayName co "ma"')}` }]).p50, 'ms');
  row('worst filter found, p50', '<=50', one([{ path: `${path}/Users?count=100&${filter('not (displayName co "zzzz") and (emails[value co "qqqq"] or name.familyName co "yyyy" or userName ew "xxxx" or title co "wwww")')}` }]).p50, 'ms');
  row('memory of habilitd', `<=${Math.round(64 + total / 1000)}`, memory_of(demo.pids.habilitd), 'MB', `goal: 64 MB + 1 KB a person`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ scale: total, rows }, null, 2));
} finally {
  for (const child of children) child.kill('SIGKILL'); // a responder waits in accept() and hears nothing softer
  await stack?.stop();
  rmSync(work, { recursive: true, force: true });
}
