// What nginx answers by itself under /scim/v2 is a SCIM Error, too (RFC 7644 s3.12), and what stands behind it
// may stop, hang and end.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, until } from '../support/stack.mjs';
import { raw, request } from '../hostile/raw_http.mjs';
import { enc, times, user } from './scim_suite.mjs';

const AT = '/scim/v2';

export async function nginx(s) {
  const { demo } = s.stack;
  const token = `Authorization: Bearer ${demo.scim_token}`, json = 'Content-Type: application/scim+json';
  const error = (answer, ...statuses) => {
    assert(statuses.includes(answer.status), `${answer.status} instead of ${statuses.join(' or ')}: ${answer.body.slice(0, 200)}`);
    const headers = new Map(answer.headers);
    assert(headers.get('content-type')?.startsWith('application/scim+json'), `${answer.status} is ${headers.get('content-type')}`);
    s.check_error({ headers, body: JSON.parse(answer.body) }, answer.status);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.has('allow'), answer.status === 405);
    assert(!headers.has('retry-after'));
    assert(!/nginx/i.test(answer.body + headers.get('server')?.replace(/^nginx$/, '')), 'no internals');
    return answer;
  };
  const by_hand = (name, section, statuses, bytes) => s.case(`601 ${name}`, section, async () => {
    s.sums.requests++;
    error(await raw(demo.base_url, bytes), ...[statuses].flat());
    await s.ok(200, 'GET', '/Users?count=0');
  });
  const send = (name, section, statuses, line, headers = [], body = '') => by_hand(name, section, statuses, request(line, [token, ...headers], body));
  const long = 'x'.repeat(20000);

  await send('a body of 2 MB', '9110 s15.5.14', 413, `POST ${AT}/Users HTTP/1.1`, [json], `{"userName":"${'x'.repeat(2 << 20)}"}`);
  await send('a body said to be of 10 GB', '9110 s15.5.14', 413, `POST ${AT}/Users HTTP/1.1`, [json, 'Content-Length: 10737418240']);
  await send('a chunked body of 2 MB', '9110 s15.5.14', 413, `POST ${AT}/Bulk HTTP/1.1\r\nTransfer-Encoding: chunked`,
    [json, '', `200000\r\n${'x'.repeat(0x200000)}\r\n0\r\n`]);
  for (const method of ['PUT', 'PATCH']) await send(`${method} of 2 MB`, '9110 s15.5.14', 413, `${method} ${AT}/Users/x HTTP/1.1`, [json],
    'x'.repeat(2 << 20));
  await send('a long query', '9110 s15.5.15', 414, `GET ${AT}/Users?filter=${long} HTTP/1.1`);
  await send('a long path', '9110 s15.5.15', 414, `GET ${AT}/Users/${long} HTTP/1.1`);
  await send('a long path, POST', '9110 s15.5.15', 414, `POST ${AT}/${long} HTTP/1.1`, [json], '{}');
  await send('a long header', '6585 s5', [400, 431], `GET ${AT}/Users HTTP/1.1`, [`X-Long: ${long}`]);
  await send('a long token', '6585 s5', [400, 401, 431], `GET ${AT}/Users HTTP/1.1`, [`Authorization: Bearer ${long}`]);
  await send('very many headers', '6585 s5', [400, 431], `GET ${AT}/Users HTTP/1.1`, Array.from({ length: 40 }, (_, i) => `X-${i}: ${'x'.repeat(2000)}`));
  for (const path of ['%zz', 'Users/%', 'Users/%0', '%00', 'Users%2f%2e%2e', '../../../etc/passwd', 'Users/%ff%fe', 'Users%0d%0aX:y', './Users',
    '../v2/Users', 'Users//x', '%2e%2e/Users', '%252e'])
    await send(`the path ${path}`, '9110 s15.5.1', [400, 404], `GET ${AT}/${path} HTTP/1.1`);
  await send('two lengths', '9112 s6.3', 400, `POST ${AT}/Users HTTP/1.1`, [json, 'Content-Length: 2', 'Content-Length: 3']);
  await send('a length and chunks', '9112 s6.3', 400, `POST ${AT}/Users HTTP/1.1`, [json, 'Transfer-Encoding: chunked', 'Content-Length: 5']);
  await send('a length that is no number', '9112 s6.3', 400, `POST ${AT}/Users HTTP/1.1`, [json, 'Content-Length: x']);
  await send('broken chunks', '9112 s7.1', 400, `POST ${AT}/Users HTTP/1.1\r\nTransfer-Encoding: chunked`, [json, '', 'zz\r\n{}\r\n0\r\n']);
  await send('another transfer coding', '9112 s6.1', [400, 501], `POST ${AT}/Users HTTP/1.1`, [json, 'Transfer-Encoding: gzip']);
  await send('an unknown expectation', '9110 s10.1.1', [200, 400, 404, 417], `GET ${AT}/nope HTTP/1.1`, ['Expect: x']);
  await by_hand('no Host', '9112 s3.2', 400, `GET ${AT}/Users HTTP/1.1\r\n${token}\r\nConnection: close\r\n\r\n`);
  await by_hand('a Host that is none', '9112 s3.2', 400, `GET ${AT}/Users HTTP/1.1\r\nHost: local host\r\n${token}\r\nConnection: close\r\n\r\n`);
  await by_hand('a version that is none', '9112 s2.3', [400, 505], `GET ${AT}/Users HTTP/9.9\r\nHost: localhost\r\n\r\n`);
  await by_hand('a request line without a version', '9112 s3', 400, `GET ${AT}/Users nonsense\r\nHost: localhost\r\n\r\n`);
  await by_hand('a method in small letters', '9112 s3.1', [400, 405], `get ${AT}/Users HTTP/1.1\r\nHost: localhost\r\n${token}\r\nConnection: close\r\n\r\n`);
  await by_hand('NUL in a header', '9112 s5', 400, `GET ${AT}/Users HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\nConnection: close\r\n\r\n`);
  for (const method of ['TRACE', 'CONNECT', 'FOO_BAR', 'PROPFIND'])
    await send(`the method ${method}`, '9110 s15.5.6', [400, 405, 501], `${method} ${AT}/Users HTTP/1.1`);
  await s.case('602 pages keep their own form', 'docs/operations.md', async () => {
    for (const line of ['GET /%zz HTTP/1.1', `GET /${long} HTTP/1.1`, 'TRACE /connexion HTTP/1.1']) {
      const answer = await raw(demo.base_url, request(line));
      assert(answer.status >= 400 && !answer.body.includes('schemas'), `${line.slice(0, 20)}: ${answer.status} ${answer.body.slice(0, 100)}`);
    }
  });

  await s.case('610 the directory hangs: 503 with Retry-After, and back', '7644 s3.12, 9110 s15.6.4', async () => {
    const pid = pids(s).slapd;
    process.kill(pid, 'SIGSTOP');
    try {
      await until('503', async () => (await s.send('GET', '/Users?count=0')).status === 503, 20000);
      for (const [method, path, body] of [['GET', '/Users?count=0'], ['GET', `/Groups?filter=${enc('displayName pr')}`], ['GET', '/Users/x'],
        ['POST', '/Users', user('hang')], ['DELETE', '/Users/x']]) {
        const { headers } = await s.error(503, null, method, path, body);
        assert.match(headers.get('retry-after') ?? '', /^\d+$/);
      }
      await s.ok(200, 'GET', '/ServiceProviderConfig', undefined, { Authorization: '' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('200', async () => (await s.send('GET', '/Users?count=0')).status === 200, 20000);
  });
  await s.case('611 habilitd hangs: 504', '7644 s3.12, 9110 s15.6.5', async () => {
    const pid = pids(s).habilitd;
    process.kill(pid, 'SIGSTOP');
    try {
      await until('it to stop', () => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
      await sleep(200);
      const answers = await Promise.all([s.error(504, null, 'GET', '/Users?count=0'), s.error(504, null, 'POST', '/Users', user('hang-504')),
        s.error(504, null, 'GET', '/ServiceProviderConfig')]);
      for (const { headers } of answers) assert.match(headers.get('content-type'), /^application\/scim\+json/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('200', async () => (await s.send('GET', '/Users?count=0')).status === 200, 20000);
  });
  await s.case('612 habilitd ends in the middle of a request: 502', '7644 s3.12, 9110 s15.6.3', async () => {
    const listener = await s.client('nginx-listener', 'users:read,events:read');
    const before = pids(s).habilitd;
    await sleep(500); // what was asked before is told of, and put aside
    const { body } = await listener.ok(200, 'POST', '/Events', { returnImmediately: true });
    await listener.ok(200, 'POST', '/Events', { ack: Object.keys(body.sets), maxEvents: 0 });
    const [{ headers }] = await Promise.all([listener.error(502, null, 'POST', '/Events', { returnImmediately: false }),
      sleep(1000).then(() => process.kill(before, 'SIGKILL'))]);
    assert.match(headers.get('content-type'), /^application\/scim\+json/);
    await until('the next one', async () => pids(s).habilitd !== before && (await s.send('GET', '/Users?count=0')).status === 200, 30000);
  });
  await s.case('613 a restart fails no request', 'docs/operations.md', async () => {
    const before = pids(s).habilitd;
    let stop = false;
    const asking = times(4, async () => { while (!stop) await s.ok(200, 'GET', '/Users?count=1'); }).catch((error) => error);
    await sleep(200);
    process.kill(before, 'SIGTERM');
    await until('the next one', () => pids(s).habilitd !== before, 30000);
    await sleep(500);
    stop = true;
    const failed = await asking;
    assert(!(failed instanceof Error), failed.message);
  });
}

const pids = (s) => JSON.parse(readFileSync(join(s.stack.dir, 'demo.json'), 'utf8')).pids;
