// The hostile inputs of the threat model, through nginx. Every row: no 5xx, under a second, the next
// request is served as before, and the answer is in the protocol's own form.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { Stack } from '../support/stack.mjs';
import { Visitor, forms } from '../support/visitor.mjs';
import { SIRET, ask } from '../support/asking.mjs';
import { raw, request } from './raw_http.mjs';

const stack = await Stack.start();
const { demo } = stack;
const scim = new URL(demo.scim_url).pathname;
const token = `Authorization: Bearer ${demo.scim_token}`;
const json = 'Content-Type: application/scim+json';
const failures = [];
let rows = 0;

async function row(name, run) {
  rows++;
  const begun = Date.now();
  try {
    await run();
    assert(Date.now() - begun < 2000, `took ${Date.now() - begun} ms`);
    assert.equal((await stack.scim('GET', '/Users?count=1')).status, 200, 'the next request');
  } catch (error) {
    failures.push(name);
    console.log(`FAILED ${name}\n       ${error.message}`);
  }
}
const send = (line, headers, body) => raw(demo.base_url, request(line, headers, body));
const expect = (name, statuses, line, headers = [], body = '') => row(name, async () => {
  const answer = await send(line, headers, body);
  assert([statuses].flat().includes(answer.status), `${answer.status} instead of ${statuses}: ${answer.body.slice(0, 200)}`);
  return answer;
});

const clean = (await send(`GET ${scim}/Users?count=2 HTTP/1.1`, [token])).body;
const same = (name, headers, line = `GET ${scim}/Users?count=2 HTTP/1.1`) => row(name, async () => {
  const answer = await send(line, [token, ...headers]);
  assert.equal(answer.status, 200);
  assert.equal(answer.body, clean, 'the answer of the clean request');
});

try {
  await same('1 Proxy', ['Proxy: http://evil']);
  await same('2 Remote-User', ['Remote-User: admin', 'Remote_User: admin']);
  await same('4 X_Forwarded_For', ['X_Forwarded_For: 127.0.0.1']);
  await same('5 X-Forwarded-For', [`X-Forwarded-For: ${Array(50).fill('127.0.0.1').join(', ')}`]);
  await same('10 X-Original-URL', ['X-Original-URL: /scim/v2/Groups', 'X-Rewrite-URL: /scim/v2/Groups']);
  await same('10b method override', ['X-HTTP-Method-Override: DELETE']);
  await expect('7 a foreign Host', [421, 444, 400, 0], `GET ${scim}/Users HTTP/1.1`, ['Host: evil.example', token]);
  await expect('8 absolute form with another Host', [421, 444, 400, 0], `GET http://evil.example${scim}/Users HTTP/1.1`, [token]);
  await expect('11 two Authorization headers', [400, 401], `GET ${scim}/Users HTTP/1.1`, [token, 'Authorization: Bearer other']);
  await expect('13 CL and TE', 400, `POST ${scim}/Users HTTP/1.1`, [token, json, 'Transfer-Encoding: chunked', 'Content-Length: 5'], '');
  await expect('14 two CL', 400, `POST ${scim}/Users HTTP/1.1`, [token, json, 'Content-Length: 2', 'Content-Length: 3'], '');
  await expect('16 an unknown method', [405, 400, 501], `FOO_BAR ${scim}/Users HTTP/1.1`, [token]);
  await expect('16b an unknown method on the portal', [405, 400, 501], 'FOO /connexion HTTP/1.1');
  await expect('17 TRACE', 405, `TRACE ${scim}/Users HTTP/1.1`, [token]);
  for (const path of ['/scim//v2/Users', '/scim/v2/./Users', '/scim/../scim/v2/Users', '/scim/v2/Users%2f', '/%00', '/a%0d%0aSet-Cookie:x', '/scim/v2/%2e%2e/Users', '/scim/v2/Users%5c', '/portail/%ff', '/%zz'])
    await row(`19 ${path}`, async () => {
      const answer = await send(`GET ${path} HTTP/1.1`, [token]);
      assert.equal(answer.status, 400, answer.body.slice(0, 200));
      assert(!answer.headers.some(([n]) => n === 'set-cookie' && /x/.test(n)), 'no header made up');
    });
  for (const value of ['Bearer ', 'Bearer null', 'Bearer undefined', 'Bearer 0', 'Bearer  ', 'bearer', `Bearer ${'a'.repeat(6000)}`])
    await expect(`22 Authorization: ${value.slice(0, 20)}`, 401, `GET ${scim}/Users HTTP/1.1`, [`Authorization: ${value}`]);
  await expect('26 a token in the query', 401, `GET ${scim}/Users?access_token=${demo.scim_token} HTTP/1.1`);
  await expect('46 an encoded body', 415, `POST ${scim}/Users HTTP/1.1`, [token, json, 'Content-Encoding: gzip'], '\x1f\x8b');
  await expect('46b multipart on the portal', [415, 400], 'POST /connexion HTTP/1.1', ['Content-Type: multipart/form-data; boundary=x'], '--x--');

  // The portal.
  const password = 'Un mot de passe bien assez long 6';
  const person = await stack.create_person({ user_name: 'hostile@example.org', given: 'H', family: 'Ostile', mail: 'hostile@example.org', password, language: 'fr' });
  const visitor = new Visitor(demo.base_url);
  await visitor.sign_in('hostile@example.org', password);
  const manager_account = stack.account('manager', (a) => a.structures.includes(SIRET));
  const manager = new Visitor(demo.base_url);
  await manager.sign_in(manager_account.user_name, manager_account.password);
  const asked = await ask(visitor, 'consultation');
  const cookie = [...visitor.cookies].map(([n, v]) => `${n}=${v}`).join('; ');
  const state = () => stack.ldap(`(entryUUID=${asked})`, undefined, ['habState']).match(/^habState: (.*)$/m)[1];
  const unchanged = async (name, statuses, run) => row(name, async () => {
    const answer = await run();
    assert([statuses].flat().includes(answer.status), `${answer.status} instead of ${statuses}`);
    assert.equal(state(), 'pending', 'nothing changed');
  });
  const page = await manager.get(`/portail/demandes/${asked}`);
  const form = forms(page.html).find((f) => f.action.includes('/valider'));
  const own = forms((await visitor.get('/portail/demandes')).html).find((f) => 'csrf' in f.fields);

  await row('25 a portal cookie is nothing to SCIM', async () => assert.equal((await send(`GET ${scim}/Users HTTP/1.1`, [`Cookie: ${cookie}`])).status, 401));
  await unchanged('83 no CSRF token', 403, () => manager.send('POST', form.action, { form: { ...form.fields, csrf: '' } }));
  await unchanged('83 another session\'s CSRF token', 403, () => manager.send('POST', form.action, { form: { ...form.fields, csrf: own.fields.csrf } }));
  await unchanged('83 a GET', 405, () => manager.send('GET', form.action));
  await unchanged('83 another origin', 403, () => manager.send('POST', form.action, { form: form.fields, headers: { Origin: 'https://evil.example' } }));
  await unchanged('83 Sec-Fetch-Site', 403, () => manager.send('POST', form.action, { form: form.fields, headers: { 'Sec-Fetch-Site': 'cross-site' } }));
  await unchanged('86 the asker decides', [403, 404], () => visitor.send('POST', form.action, { form: { ...form.fields, csrf: own.fields.csrf } }));
  await unchanged('85 a manager of another structure', [403, 404], async () => {
    const other = stack.account('manager', (a) => !a.structures.includes(SIRET));
    const stranger = new Visitor(demo.base_url);
    await stranger.sign_in(other.user_name, other.password);
    const theirs = forms((await stranger.get('/portail/demandes')).html).find((f) => 'csrf' in f.fields);
    return stranger.send('POST', form.action, { form: { ...form.fields, csrf: theirs.fields.csrf } });
  });
  await unchanged('anonymous', [302, 303, 403], () => new Visitor(demo.base_url).send('POST', form.action, { form: form.fields }));
  await unchanged('a stale revision', 409, () => manager.send('POST', form.action, { form: { ...form.fields, revision: '77' } }));
  await unchanged('100 a repeated field', 400, () => raw(demo.base_url, request(`POST ${form.action} HTTP/1.1`, ['Content-Type: application/x-www-form-urlencoded', `Cookie: ${[...manager.cookies].map(([n, v]) => `${n}=${v}`).join('; ')}`, `Origin: ${new URL(demo.base_url).origin}`], 'revision=1&revision=2')));
  for (const id of ['2819c223-7f76-453a-919d-413861904646', 'x', '../..', person.id])
    await unchanged(`85 request id ${id}`, [400, 403, 404], () => manager.send('POST', `/portail/demandes/${encodeURIComponent(id)}/valider`, { form: form.fields }));

  for (const next of ['//evil', '/\\evil', 'https:evil', '/%09/evil', 'javascript:alert(1)', 'https://evil.example/', '/portail/../../evil', '//evil.example/portail/'])
    await row(`94 next=${next}`, async () => {
      const fresh = new Visitor(demo.base_url);
      const sign_in = await fresh.send('GET', `/connexion?next=${encodeURIComponent(next)}`);
      const f = forms(sign_in.html).find((x) => x.action === '/connexion');
      const answer = await fresh.send('POST', '/connexion', { form: { ...f.fields, next, login: 'hostile@example.org', password } });
      assert.equal(answer.status, 303);
      assert.match(answer.headers.get('location'), /^(http:\/\/localhost:\d+)?\/(portail\/(services\/)?)?$/);
    });
  await row('95 a session fixed before sign-in', async () => {
    const fresh = new Visitor(demo.base_url);
    const [name] = [...visitor.cookies.keys()];
    fresh.cookies.set(name, 'A'.repeat(43));
    await fresh.sign_in('hostile@example.org', password);
    assert.notEqual(fresh.cookies.get(name), 'A'.repeat(43));
  });
  for (const [what, value] of [['tampered', cookie.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'))], ['truncated', cookie.slice(0, -5)], ['huge', `${cookie.split('=')[0]}=${'x'.repeat(7000)}`], ['twice', `${cookie}; ${cookie.replace(/.$/, 'x')}`], ['empty', `${cookie.split('=')[0]}=`]])
    await row(`97 cookie ${what}`, async () => {
      const answer = await send('GET /portail/services/ HTTP/1.1', [`Cookie: ${value}`]);
      assert([303, 302, 400].includes(answer.status), `status ${answer.status}`);
    });
  await row('98 nothing personal is cached', async () => {
    for (const path of ['/portail/services/', '/portail/demandes', `/portail/demandes/${asked}`])
      assert.match((await visitor.send('GET', path)).headers.get('cache-control') ?? '', /no-store/, path);
  });
  await row('headers on every page', async () => {
    for (const path of ['/connexion', '/portail/services/', '/nope']) {
      const { headers } = await visitor.send('GET', path);
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, path);
      assert(!/unsafe/.test(headers.get('content-security-policy')));
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
    }
  });
  for (const [what, value] of [['empty', ''], ['spaces', '    '], ['NUL', 'a\0b'], ['1 MB', 'x'.repeat(1 << 20)]])
    await row(`101 password: ${what}`, async () => {
      const fresh = new Visitor(demo.base_url);
      const f = forms((await fresh.send('GET', '/connexion')).html).find((x) => x.action === '/connexion');
      const answer = await fresh.send('POST', '/connexion', { form: { ...f.fields, login: 'hostile@example.org', password: value } });
      assert(answer.status >= 400 && answer.status < 500, `status ${answer.status}`);
    });
  await row('103 unknown, wrong and disabled look alike', async () => {
    const answers = [];
    for (const login of ['hostile@example.org', 'nobody@example.org', 'x'.repeat(19)]) {
      const fresh = new Visitor(demo.base_url);
      const f = forms((await fresh.send('GET', '/connexion')).html).find((x) => x.action === '/connexion');
      const answer = await fresh.send('POST', '/connexion', { form: { ...f.fields, login, password: 'wrong wrong wrong' } });
      answers.push({ status: answer.status, html: answer.html.replaceAll(login, 'LOGIN').replace(/value="[^"]*"/g, '').replace(/[A-Za-z0-9_-]{40,}/g, '') });
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(answers[0].status, answers[2].status);
  });
  for (const q of ['*', ')(objectClass=*', '<script>alert(1)</script>', 'é'.repeat(99), '732 829 320 00074', '\u00a0732829320\u00a000074'])
    await row(`92 search ${q.slice(0, 20)}`, async () => {
      const answer = await manager.get(`/portail/applications/soffi/utilisateurs?q=${encodeURIComponent(q)}`);
      assert.equal(answer.status, 200);
      assert(!answer.html.includes('<script>alert'), 'escaped');
    });
  for (const siret of ['73282932000075', '00000000000000', '7328293200007', '٧٣٢٨٢٩٣٢٠٠٠٠٧٤', 'abc'])
    await row(`91 SIRET ${siret}`, async () => {
      const answer = await visitor.get(`/portail/demander?application=soffi&siret=${encodeURIComponent(siret)}`);
      assert([200, 400, 422].includes(answer.status), `status ${answer.status}`);
      assert.match(answer.html, /siret-error/, 'the field says what is wrong');
    });

  // Decisions for applications.
  const authzen = demo.authzen_url.replace(/\/$/, '');
  const evaluation = new URL(authzen.includes('/access/') ? authzen.replace(/\/access\/v1.*$/, '/access/v1/evaluation') : `${authzen}/access/v1/evaluation`);
  for (const [what, headers, status] of [['no token', {}, 401], ['text/plain', { Authorization: `Bearer ${demo.scim_token}`, 'Content-Type': 'text/plain' }, 400]])
    await row(`118 AuthZEN ${what}`, async () => {
      const answer = await fetch(evaluation, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Request-ID': 'abc-1', ...headers }, body: '{}' });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('x-request-id'), 'abc-1');
      assert(!(await answer.text()).includes('"decision"'));
    });

  const logs = readFileSync(demo.audit_log, 'utf8');
  await row('no secret in the audit log', () => assert(!logs.includes(password) && !logs.includes(demo.scim_token)));
  console.log(`hostile HTTP: ${rows} rows, ${failures.length} failed`);
  process.exitCode = failures.length ? 1 : 0;
} finally {
  await stack.stop();
}
