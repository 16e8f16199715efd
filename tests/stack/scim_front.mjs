// What production's nginx answers by itself: its limits, TLS, and HTTP/2 (deploy/nginx/habilitd.conf).
import { strict as assert } from 'node:assert';
import { connect } from 'node:tls';
import { until } from '../support/stack.mjs';
import { times, user } from './scim_suite.mjs';
import { OwnNginx } from './own_nginx.mjs';

const AT = '/scim/v2', TYPE = { scim: 'application/scim+json', access: 'application/json', page: 'text/html; charset=utf-8' };

// An answer of nginx itself, in the form of the protocol that was asked for.
function refused(s, kind, status, { headers, body, ...answer }) {
  assert.equal(answer.status, status, body.slice(0, 200));
  assert.equal(headers.get('content-type'), TYPE[kind]);
  if (kind === 'scim') s.check_error({ headers, body: JSON.parse(body) }, status);
  if (kind === 'access') assert.equal(JSON.parse(body).status, status);
  if (kind === 'page') assert.match(body, /^<!doctype html>\n<html lang="fr">/);
  assert(headers.get('cache-control') === 'no-store' && headers.get('x-content-type-options') === 'nosniff');
  assert.match(headers.get('habilitd-request-id') ?? '', /^[0-9a-f]{32}$/);
  assert.match(headers.get('strict-transport-security') ?? '', /^max-age=/);
  assert(!/nginx/i.test(body + headers.get('server')?.replace(/^nginx$/, '')), 'no internals');
}

async function limits(s, front) {
  for (const [kind, path] of [['scim', `${AT}/Users`], ['access', '/access/v1/evaluation'], ['page', '/connexion']])
    await s.case(`800 nobody behind: ${path}`, '7644 s3.12, 9110 s15.6.3', async () => {
      s.sums.requests += 2;
      for (const answer of [await front.ask(path), await front.ask2({ ':path': path })]) {
        refused(s, kind, 502, answer);
        assert.match(answer.headers.get('retry-after'), /^\d+$/);
      }
    });
  await s.case('801 more than nginx lets through: 429 in each protocol’s form', '6585 s4, 7644 s3.12', async () => {
    // Nobody is behind, so that all of it costs nginx alone: 502 up to the limit of deploy/nginx/snippets/http.conf.
    const lines = { scim: `GET ${AT}/Users`, access: 'POST /access/v1/evaluation', 'well-known': 'GET /.well-known/authzen-configuration' };
    const heads = Object.values(lines).map((line) => `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
    const many = 429, limited = (text) => text.includes(`HTTP/1.1 ${many} `);
    const let_through = (all) => all.reduce((sum, text) => sum + text.split('HTTP/1.1 502 ').length - 1, 0);
    const enough = (all) => [0, 1, 2].every((i) => all.some((text, j) => j % 3 === i && limited(text))) && let_through(all) >= 4000;
    const texts = await front.flood([...heads, ...heads, ...heads, ...heads], enough), sent = let_through(texts);
    s.sums.requests += sent;
    assert(sent >= 4000, `limited after ${sent}`);
    for (const [i, name] of Object.keys(lines).entries()) {
      const text = texts.find((t, j) => j % 3 === i && limited(t));
      assert(text, `${name}: no 429 in ${sent} requests`);
      const at = text.indexOf(`HTTP/1.1 ${many} `), cut = text.indexOf('\r\n\r\n', at), [, ...fields] = text.slice(at, cut).split('\r\n');
      const headers = new Map(fields.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
      const body = text.slice(cut + 4, cut + 4 + Number(headers.get('content-length')));
      refused(s, name === 'scim' ? 'scim' : 'access', many, { status: Number(text.slice(at + 9, at + 12)), headers, body });
      assert.match(headers.get('retry-after'), /^\d+$/);
    }
  });
  front.connect();
  const token = { Authorization: `Bearer ${s.stack.demo.scim_token}` };
  const scim = (path, headers = token) => front.ask(AT + path, { headers });
  await s.case('801 and soon it is served again', '6585 s4', async () => {
    await until('200', async () => (await scim('/Users?count=1')).status === 200);
    assert((await times(50, () => scim('/Users?count=0'))).every(({ status }) => status === 200), 'fifty at once are not many');
  });
  await s.case('802 sign-ins of one address: 429 as a page, for that address and for signing in alone', '6585 s4', async () => {
    const sign_in = (from) => front.ask('/connexion', { method: 'POST', from,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'x=y' });
    const answers = await times(45, () => sign_in('127.0.0.2'));
    s.sums.requests += 45;
    const many = answers.filter(({ status }) => status === 429);
    assert(many.length >= 5 && many.length <= 15, `${many.length} of 45`);
    refused(s, 'page', 429, many[0]);
    assert.match(many[0].headers.get('retry-after'), /^\d+$/);
    assert.notEqual((await sign_in('127.0.0.1')).status, 429);
    assert.equal((await front.ask('/connexion', { from: '127.0.0.2' })).status, 200);
    assert.equal((await front.ask(`${AT}/ServiceProviderConfig`, { from: '127.0.0.2' })).status, 200);
  });
}

async function names(s, front) {
  const token = { Authorization: `Bearer ${s.stack.demo.scim_token}` };
  await s.case('810 TLS, and HSTS', '6797 s7.1', async () => {
    for (const { status, headers } of [await front.ask(`${AT}/Users?count=0`, { headers: token }), await front.ask('/connexion')]) {
      assert.equal(status, 200);
      assert.match(headers.get('strict-transport-security'), /^max-age=\d{7,}/);
    }
    const plain = await fetch(`http://localhost:${front.plain_port}${AT}/Users?count=0`, { redirect: 'manual' });
    assert.deepEqual([plain.status, plain.headers.get('location')], [301, `https://localhost${AT}/Users?count=0`]);
  });
  await s.case('811 no certificate for another name', '6066 s3', async () => {
    for (const servername of ['iam.example.net', '']) {
      const outcome = await new Promise((done) => {
        const socket = connect({ host: '127.0.0.1', port: front.port, servername, rejectUnauthorized: false }, () =>
          done('a handshake')).once('error', ({ code }) => done(code));
        socket.unref();
      });
      assert.match(outcome, /ERR_SSL|ECONNRESET/, `${servername}: ${outcome}`);
    }
  });
  await s.case('812 no answer to another Host', 'deploy/nginx/habilitd.conf', async () => {
    const outcome = (asked) => asked.then(({ status }) => status, () => 'none');
    for (const path of ['/', `${AT}/ServiceProviderConfig`]) {
      assert.equal(await outcome(front.ask(path, { headers: { Host: 'evil.example' } })), 'none', path);
      assert.equal(await outcome(front.ask2({ ':path': path, host: 'evil.example' })), 'none', `HTTP/2 ${path}`);
    }
  });
}

async function http2(s, front) {
  const token = { authorization: `Bearer ${s.stack.demo.scim_token}` }, json = { 'content-type': 'application/scim+json' };
  const ask = async (headers, body) => { s.sums.requests++; return front.ask2(headers, body); };
  const refusal = (kind, status, name, section, headers, body) => s.case(`820 ${name}`, section, async () => refused(s, kind, status,
    await ask({ ...token, ...headers }, body)));
  await s.case('820 habilitd’s own answers', '9113 s8, 7644 s3.12', async () => {
    const made = await ask({ ':method': 'POST', ':path': `${AT}/Users`, ...token, ...json }, JSON.stringify(user('h2-820')));
    assert.equal(made.status, 201);
    const { headers, status, body } = await ask({ ':path': `${AT}/Users/none`, ...token });
    s.check_error({ headers, body: JSON.parse(body) }, 404);
    assert.equal(status, 404);
    assert.match(headers.get('strict-transport-security'), /^max-age=/);
  });
  for (const [kind, path] of [['scim', `${AT}/Users`], ['access', '/access/v1/evaluation'], ['page', '/connexion']]) {
    const at = { ':path': path };
    for (const [name, headers] of [['a Host that is none', { ':authority': 'local host' }], ['a scheme that is none', { ':scheme': 'h t' }],
      ['a length that is no number', { 'content-length': 'x' }]]) await refusal(kind, 400, `${name}: ${path}`, '9113 s8.1.1', { ...at,
        ...headers });
    await refusal(kind, 405, `TRACE ${path}`, '9110 s15.5.6', { ...at, ':method': 'TRACE' });
    const post = { ...at, ':method': 'POST', ...json };
    await refusal(kind, 413, `a body said to be of 10 GB: ${path}`, '9110 s15.5.14', { ...post, 'content-length': '10737418240' }, 'x');
    await refusal(kind, 413, `a body of 2 MB: ${path}`, '9110 s15.5.14', post, 'x'.repeat(2 << 20));
    await refusal(kind, 413, `a body of 2 MB with its length: ${path}`, '9110 s15.5.14', { ...post, 'content-length': 2 << 20 },
      'x'.repeat(2 << 20));
  }
  const usual = [[':method', 'GET'], [':scheme', 'https'], [':path', `${AT}/Users`], [':authority', 'localhost']];
  const without = (name) => usual.filter(([n]) => n !== name);
  const by_hand = async (fields) => { s.sums.requests++; return front.raw2(fields); };
  for (const [name, fields] of [['no :method', without(':method')], ['no :scheme', without(':scheme')],
    ['no :authority and no Host', without(':authority')],
    ['an unknown pseudo-header', [...usual, [':x', 'y']]], ['a second :path', [...usual, [':path', '/']]]])
    await s.case(`821 ${name}`, '9113 s8.3, 7644 s3.12', async () => {
      const body = await by_hand(fields);
      assert(body.startsWith('{'), body.slice(0, 100));
      s.check_error({ headers: new Map([['content-type', TYPE.scim]]), body: JSON.parse(body) }, 400);
      assert(!/nginx/i.test(body));
    });
  for (const [name, field] of [['NUL in a value', ['x-a', 'a\0b']], ['a line feed in a value', ['x-a', 'a\nx-b: c']],
    ['a line feed in a name', ['x-a\nb', 'c']],
    ['a capital letter in a name', ['X-A', 'b']], ['a header too large', ['x-a', 'x'.repeat(20000)]],
    ['a path too large', [':path', `/${'x'.repeat(20000)}`]]])
    await s.case(`821 ${name}: the stream or the connection is reset`, '9113 s8.1.1, s10.5.1', async () => {
      assert.equal(await by_hand([...(field[0] === ':path' ? without(':path') : usual), field]), '');
      assert.equal((await ask({ ...token, ':path': `${AT}/Users?count=0` })).status, 200);
    });
  // Of a path that is broken nginx keeps nothing: no variable has it, so that its answer cannot know the protocol.
  for (const path of [`${AT}/%zz`, `${AT}/Users/%`, `${AT}/%00`, '/scim/../../x', `${AT}/a b`, 'scim/v2', '*', ''])
    await s.case(`822 the path ${path}`, '9113 s8.3.1, 9110 s15.5.1', async () => refused(s, 'page', 400, await ask({ ...token,
      ':path': path })));
  await s.case('824 and it goes on', '9113', async () => {
    assert.equal((await ask({ ...token, ':path': `${AT}/Users?count=0` })).status, 200);
  });
}

export async function front(s) {
  const own = await OwnNginx.start(s.stack);
  try {
    for (const part of [limits, names, http2]) await part(s, own);
  } finally {
    await own.stop();
  }
}
