// docs/tokens-of-an-iam.md: clients with tokens of an IAM (RFC 7519, 8725), its keys (RFC 7517), and /Me (RFC 7644 s3.11).
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program, sleep, until } from '../support/stack.mjs';
import { BULK, EVERYTHING, EXT, NOBODY, OWN, SEARCH, enc, group, has, ids, patch, siret, structure, times, user } from './scim_suite.mjs';
import { Iam, base64url, signed } from './iam.mjs';
import { restart } from './scim_events.mjs';

const replace = (path, value) => patch({ op: 'replace', path, value });
const mail = (value) => ({ emails: [{ value, type: 'work' }] });
const names = ({ Resources }) => (Resources ?? []).map((r) => r.userName ?? r.displayName).sort();
const NO_TOKEN = { Authorization: 'Bearer no.such.token' };
const skew = 2; // seconds

// Lays settings over the demo's and starts habilitd again with them.
export async function settle(s, settings) {
  const { config } = s.stack.demo;
  s.stack.first_settings ??= readFileSync(config, 'utf8');
  writeFileSync(config, s.stack.first_settings + text_of(settings));
  await restart(s, 'SIGTERM');
}
// What a command of habilitd says of other settings, and how it ends; the IAM goes on answering meanwhile.
export function said_of(s, command, settings) {
  const file = join(dirname(s.stack.demo.config), 'other.conf');
  writeFileSync(file, s.stack.first_settings + text_of(settings));
  return new Promise((done) => execFile(program, [command, '--config', file], { encoding: 'utf8', timeout: 10000 },
    (error, stdout, stderr) => done({ status: error ? error.code ?? error.signal : 0, said: stdout + stderr })));
}
const text_of = (settings) => `\n${Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`).join('')}`;

export const settings_of = (iam) => ({
  'jwt.issuer': iam.issuer, 'jwt.audience': 'habilitd', 'jwt.jwks_uri': `${iam.url}/keys`, 'jwt.ca_file': iam.certificate.cert,
  'jwt.max_skew': `${skew}s`, 'jwt.person_claim': 'preferred_username', 'jwt.require_entry': 'no',
});

// A client with a token of the IAM.
function bearer(s, token) {
  const other = Object.create(s);
  return Object.assign(other, { token, own_headers: { Authorization: `Bearer ${token}` } });
}
const log_of = (s) => readFileSync(join(s.stack.demo.log_dir, 'habilitd.log'), 'utf8');
const count_of = (text, what) => text.split(what).length - 1;
const refusals = (s) => [...log_of(s).matchAll(/"bearer\.jwt\.refused".*?"reason":"([^"]*)"/g)].map((found) => found[1]);

async function before_keys(s, iam) {
  const client = bearer(s, iam.token({ client_id: 'early', scope: 'users:read' }, 'rsa-1'));
  await s.case('700 no keys yet: 503, and our own tokens work', 'docs/tokens-of-an-iam.md, 9110 s15.6.4', async () => {
    const { headers } = await client.error(503, null, 'GET', '/Users?count=0');
    assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    await s.ok(200, 'GET', '/Users?count=0');
    await client.ok(200, 'GET', '/ServiceProviderConfig');
    assert(log_of(s).includes('"jwks.failed"'));
  });
  await iam.start();
  await s.case('700 the IAM is there: its tokens work within seconds', 'docs/tokens-of-an-iam.md', async () => {
    await until('the keys', async () => (await client.send('GET', '/Users?count=0')).status === 200, 8000);
    assert.equal(iam.fetches, 1);
    assert.equal(await s.metric('habilitd_jwks_keys'), 3);
  });
}

async function tokens(s, iam) {
  const as = (claims, kid = 'rsa-1', header = {}) => bearer(s, iam.token({ client_id: 'hr', scope: 'users:read', ...claims }, kid, header));
  const good = (name, section, client) => s.case(`701 ${name}`, section, () => client.ok(200, 'GET', '/Users?count=0'));
  const now = Math.floor(Date.now() / 1000);
  await good('RS256', '7518 s3.3', as({}));
  await good('ES256', '7518 s3.4', as({}, 'ec-1'));
  await good('no kid, and one key that fits', '7515 s4.1.4', as({}, 'ec-1', { kid: undefined }));
  for (const typ of ['at+jwt', 'application/at+jwt', 'jwt', undefined]) await good(`typ ${typ}`, '8725 s3.11, 9068 s2.1', as({}, 'ec-1',
    { typ }));
  await good('several audiences', '7519 s4.1.3', as({ aud: ['account', 'habilitd'] }));
  await good('scopes of others beside ours', '6749 s3.3', as({ scope: 'openid profile users:read email' }));
  await good('scopes as an array', 'docs/settings.md', as({ scope: ['openid', 'users:read'] }));
  await good('azp instead of client_id', 'docs/settings.md', as({ client_id: undefined, azp: 'hr' }));
  await good('over for less than the clocks may differ', '7519 s4.1.4', as({ exp: Math.floor(Date.now() / 1000) - skew + 2 }));
  await good('with a fraction of a second', '7519 s2', as({ exp: now + 60.5, iat: now - 0.5 }));
  await good('jku, x5u and jwk are not read', '8725 s3.10', as({}, 'rsa-1',
    { jku: `${iam.url}/slow`, x5u: `${iam.url}/slow`, jwk: { kty: 'oct', k: 'AA' }, x5c: ['AA'] }));

  const other = new Iam(), { publicKey, privateKey } = iam.keys.get('rsa-1'), pem = publicKey.export({ type: 'spki', format: 'pem' });
  other.make('rsa-1', 'RS256');
  const made = (claims, header) => signed(privateKey, 'RS256', { typ: 'JWT', alg: 'RS256', kid: 'rsa-1', ...header },
    iam.claims({ client_id: 'hr', scope: 'users:read', ...claims }));
  const forged = (alg, key, header) => signed(key, alg, { typ: 'JWT', alg, kid: 'rsa-1', ...header },
    iam.claims({ client_id: 'hr', scope: EVERYTHING.replaceAll(',', ' ') }));
  const cut = (token, part, change) => token.split('.').map((text, i) => (i === part ? change(text) : text)).join('.');
  const twice = JSON.stringify(iam.claims({ client_id: 'hr', scope: 'users:read' })).replace('{', '{"iss":"x",');
  const ec = iam.token({ client_id: 'hr', scope: 'users:read' }, 'ec-1'), DOC = 'docs/tokens-of-an-iam.md';
  const all = [
    ['another issuer', '7519 s4.1.1', 'iss', made({ iss: 'https://iam.example.org' })],
    ['an issuer with a slash', '8725 s3.8', 'iss', made({ iss: `${iam.issuer}/` })],
    ['no issuer', '8725 s3.8', 'iss', made({ iss: undefined })],
    ['another audience', '7519 s4.1.3', 'aud', made({ aud: 'account' })],
    ['no audience', '8725 s3.9', 'aud', made({ aud: undefined })],
    ['a longer audience', '8725 s3.9', 'aud', made({ aud: 'habilitd-2' })],
    ['other audiences', '8725 s3.9', 'aud', made({ aud: ['account', 'Habilitd'] })],
    ['expired', '7519 s4.1.4', 'exp', made({ exp: now - 10 })],
    ['no end', DOC, 'exp', made({ exp: undefined })],
    ['an end as a text', '7519 s2', 'exp', made({ exp: String(now + 300) })],
    ['an end far beyond all calendars', '7519 s2', 'exp', made({ exp: 1e300 })],
    ['not yet valid', '7519 s4.1.5', 'nbf', made({ nbf: now + 120 })],
    ['issued tomorrow', '7519 s4.1.6', 'iat', made({ iat: now + 86400 })],
    ['no client', DOC, 'client', made({ client_id: undefined })],
    ['an empty client', DOC, 'client', made({ client_id: '' })],
    ['scopes that are a number', DOC, 'scope', made({ scope: 7 })],
    ['a person that is a list', DOC, 'person', made({ preferred_username: ['x'] })],
    ['none', '8725 s3.1', 'form', forged('none', null)],
    ['none, signed all the same', '8725 s3.1', 'alg', forged('RS256', privateKey, { alg: 'none' })],
    ['nOnE', '8725 s3.1', 'alg', forged('RS256', privateKey, { alg: 'nOnE' })],
    ['HS256 with the public key as the secret', '8725 s2.1', 'alg', forged('HS256', pem)],
    ['HS256 called RS256', '8725 s2.1', 'signature-form', forged('HS256', pem, { alg: 'RS256' })],
    ['an algorithm that is not allowed', '8725 s3.1', 'alg', forged('PS256', privateKey)],
    ['no algorithm', '7515 s4.1.1', 'alg', made({}, { alg: undefined })],
    ['another key under a known kid', '7515 s5.2', 'signature', forged('RS256', other.keys.get('rsa-1').privateKey)],
    ['the kid of a key of another type', '8725 s3.1', 'key', made({}, { kid: 'ec-1' })],
    ['ES256 said of an RSA key', '8725 s3.1', 'key', made({}, { alg: 'ES256' })],
    ['no kid where two keys fit', '7515 s4.1.4', 'key', made({}, { kid: undefined })],
    ['a kid that is a number', '7515 s4.1.4', 'kid', made({}, { kid: 7 })],
    ['crit', '7515 s4.1.11', 'crit', made({}, { crit: ['b64'], b64: true })],
    ['a token of another kind', '8725 s3.11', 'typ', made({}, { typ: 'logout+jwt' })],
    ['changed claims', '7515 s5.2', 'signature', cut(made({}), 1, () => base64url(iam.claims({ client_id: 'hr', scope: 'users:write' })))],
    ['a claim twice', '7519 s4', 'payload', signed(privateKey, 'RS256', { alg: 'RS256', kid: 'rsa-1' }, twice)],
    ['claims that are a list', '7519 s7.2', 'payload', signed(privateKey, 'RS256', { alg: 'RS256', kid: 'rsa-1' }, '[]')],
    ['a signature of zeros', '8725 s3.4', 'signature-form', cut(ec, 2, () => base64url(Buffer.alloc(64)))],
    ['a signature as long as in DER', '7518 s3.4', 'signature-form', cut(ec, 2, () => base64url(Buffer.alloc(70, 48)))],
    ['padding', '7515 s2', 'form', `${made({})}=`],
    ['a part too many', '7515 s7.1', 'form', `${made({})}.x`],
    ['a part too few', '7515 s7.1', 'form', made({}).replace(/\.[^.]*$/, '')],
    ['a header that is no object', '7515 s4', 'header', cut(ec, 0, () => base64url('["alg"]'))],
    ['a header with alg twice', '7515 s4', 'header', cut(ec, 0, () => base64url('{"alg":"ES256","ALG":"none","kid":"ec-1"}'))],
  ];
  const unknown = await s.error(401, null, 'GET', '/Users?count=0', undefined, { Authorization: `Bearer ${'a'.repeat(43)}` });
  for (const [name, section, reason, token] of all)
    await s.case(`702 refused: ${name}`, section, async () => {
      const told = refusals(s).length;
      const { headers, body } = await bearer(s, token).error(401, null, 'GET', '/Users?count=0');
      assert.match(headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/);
      assert.deepEqual(body, unknown.body, 'the caller learns nothing');
      assert.deepEqual(refusals(s).slice(told), [reason], 'the log says why');
    });
  await s.case('703 a token of 8 KiB, and a longer one', 'docs/tokens-of-an-iam.md', async () => {
    const filled = (length) => {
      const extra = Math.floor(((length - made({ x: '' }).length) * 3) / 4);
      return made({ x: 'x'.repeat(extra) });
    };
    const short = filled(8100), long = filled(8300);
    assert(short.length < 8192 && long.length > 8192, `${short.length}, ${long.length}`);
    await bearer(s, short).ok(200, 'GET', '/Users?count=0');
    await bearer(s, long).error(401, null, 'GET', '/Users?count=0');
  });
  await s.case('704 a token ends while it is in use', '7519 s4.1.4', async () => {
    const exp = Math.floor(Date.now() / 1000) + 1, client = as({ exp });
    await client.ok(200, 'GET', '/Users?count=0');
    await until('its end', async () => (await client.send('GET', '/Users?count=0')).status === 401 || sleep(100).then(() => false), 8000);
    assert(Date.now() >= (exp + skew) * 1000 - 50, 'not before');
  });
  await s.case('705 a JWT counts in the header alone', '6750 s2, docs/tokens-of-an-iam.md', async () => {
    const { token } = as({});
    await s.error(401, null, 'GET', `/Users?access_token=${token}`, undefined, { Authorization: '' });
    await s.error(401, null, 'GET', '/Users', undefined, { Authorization: '', Cookie: `access_token=${token}` });
    await s.error(401, null, 'GET', '/Users', undefined, { Authorization: `JWT ${token}` });
    await s.error(401, null, 'GET', '/Users?count=0', undefined, { Authorization: `Bearer ${token} ${token}` });
    await s.ok(200, 'GET', '/Users?count=0', undefined, { Authorization: `bearer ${token}` });
  });
  await s.case('706 tokens are not told again', 'docs/tokens-of-an-iam.md', () => {
    for (const text of [log_of(s), readFileSync(join(s.stack.demo.log_dir, 'access.log'), 'utf8')]) assert(!/eyJ[\w-]{20}/.test(text));
  });
  await s.case('707 AuthZEN takes the same tokens', 'docs/tokens-of-an-iam.md', async () => {
    const ask = async ({ own_headers }) => {
      s.sums.requests++;
      const question = { subject: { type: 'user', id: 'x' }, action: { name: 'read' }, resource: { type: 'application', id: 'soffi' } };
      const answer = await fetch(`${s.stack.demo.authzen_url}/evaluation`, { method: 'POST', body: JSON.stringify(question),
        headers: { ...own_headers, 'Content-Type': 'application/json' } });
      return [answer.status, await answer.json()];
    };
    const [status, body] = await ask(as({ scope: 'decisions' }));
    assert(status === 200 && body.decision === false, `${status} ${JSON.stringify(body)}`);
    assert.deepEqual([(await ask(as({})))[0], (await ask(as({ exp: now - 60 })))[0]], [403, 401]);
  });
}

// What a client may do, and which one it is.
async function rights(s, iam) {
  const as = (client_id, scope, kid = 'ec-1') => bearer(s, iam.token({ client_id, scope }, kid));
  await s.case('710 a token without scopes of ours may do nothing', '6750 s3.1', async () => {
    for (const scope of [undefined, '', 'openid', 'users', 'users:READ', 'users:read,users:write', 'USERS:read']) {
      const client = as('bare', scope);
      await client.error(403, null, 'GET', '/Users?count=0');
      await client.ok(200, 'GET', '/Schemas');
    }
  });
  await s.case('711 scopes open what they name', '7644 s2', async () => {
    const reader = as('reader', 'users:read'), groups = as('clerk', 'groups:write'), { id } = await s.make('/Users', user('jwt-711'));
    await reader.ok(200, 'GET', `/Users/${id}`);
    for (const [method, path, body] of [['POST', '/Users', user('jwt-711-b')], ['PATCH', `/Users/${id}`, replace('title', 'x')],
      ['DELETE', `/Users/${id}`],
      ['GET', '/Groups?count=0'], ['POST', '/Events', {}]]) await reader.error(403, null, method, path, body);
    await groups.error(403, null, 'GET', `/Users/${id}`);
    const { id: team } = await groups.make('/Groups', group('jwt-711', [id]));
    await groups.ok(204, 'DELETE', `/Groups/${team}`);
    const { body } = await reader.ok(200, 'POST', '/Bulk', { schemas: [BULK], Operations: [{ method: 'DELETE', path: `/Users/${id}` }] });
    assert.equal(body.Operations[0].status, '403');
  });
  await s.case('712 always the same client, by issuer and name', 'docs/tokens-of-an-iam.md, 7643 s3.1', async () => {
    const { id } = await as('sync', 'users:write').make('/Users', user('jwt-712', { externalId: 'E712' }));
    assert.equal((await as('sync', 'users:read', 'rsa-2').read(`/Users/${id}`)).externalId, 'E712');
    for (const name of ['sync2', 'Sync']) assert(!('externalId' in await as(name, 'users:read').read(`/Users/${id}`)), name);
    assert(!('externalId' in await s.read(`/Users/${id}`)));
  });
  const entry = async (name, scopes, ...options) => s.command('token', 'create', '--jwt', '--name', name, '--scope', scopes, ...options);
  await s.case('713 an entry restricts the client of its name to its own people', 'docs/tokens-of-an-iam.md', async () => {
    const mine = (await s.make('/Users', user('jwt-mine', mail('mine@example.fr')))).id, theirs = (await s.make('/Users',
      user('jwt-theirs', mail('t@example.net')))).id;
    const at = await s.make('/Structures', structure(siret(50000), { members: [{ value: theirs }] }));
    const client = as('agency', 'users:write groups:read structures:read');
    assert((await client.read('/Users?count=0')).totalResults > 10, 'no entry yet');
    const said = await entry('agency', 'events:read', '--mail-domain', 'example.fr');
    assert(!/[\w-]{40}/.test(said), 'it has no secret');
    await until('its part', async () => (await client.read('/Users?count=0')).totalResults < 10);
    assert.deepEqual(names(await client.read('/Users')), ['jwt-mine']);
    for (const name of ['agency', 'Agency', 'AGENCY']) {
      const spelt = as(name, 'users:write groups:read structures:read');
      await spelt.ok(200, 'GET', `/Users/${mine}`);
      await spelt.error(404, null, 'GET', `/Users/${theirs}`);
      await spelt.error(404, null, 'PATCH', `/Users/${theirs}`, replace('title', 'x'));
      await spelt.error(404, null, 'DELETE', `/Users/${theirs}`);
      has(await spelt.read(`/Users?filter=${enc('userName eq "jwt-theirs"')}`), { totalResults: 0 });
      has(await spelt.read('/Structures?count=0'), { totalResults: 0 });
    }
    await client.error(403, null, 'POST', '/Users', user('jwt-new', mail('x@example.net')));
    const own = (await client.make('/Users', user('jwt-new'))).id;
    assert.deepEqual(names(await client.read('/Users')), ['jwt-mine', 'jwt-new'], 'what it made is its own');
    await client.error(403, null, 'POST', '/Groups', group('jwt-713', [own]));
    s.command('token', 'edit', 'agency', '--structure', at.siret);
    await until('the edit', async () => (await client.send('GET', `/Users/${theirs}`)).status === 200);
    s.command('token', 'revoke', 'agency', '--lift');
    await until('the revocation lifts what it said', async () => (await client.read('/Users?count=0')).totalResults > 10);
  });
  await s.case('714 the scopes of an entry and its end play no part', 'docs/tokens-of-an-iam.md', async () => {
    await entry('scoped', 'groups:write', '--expires', '2020-01-01T00:00:00Z');
    await sleep(300);
    await as('scoped', 'users:read').ok(200, 'GET', '/Users?count=0');
    await as('scoped', 'users:read').error(403, null, 'GET', '/Groups?count=0');
  });
  await s.case('715 the rate of an entry, for every spelling', 'docs/tokens-of-an-iam.md, 6585 s4', async () => {
    await entry('slow', 'users:read', '--rate', '60', '--burst', '3');
    const counted = [];
    await until('429', async () => {
      const answer = await as(['slow', 'SLOW', 'Slow'][counted.length % 3], 'users:read').send('GET', '/Users?count=0');
      counted.push(answer.status);
      if (answer.status !== 429) return false;
      s.check_error(answer, 429);
      return assert.match(answer.headers.get('retry-after'), /^\d+$/) ?? true;
    }, 5000);
    await as('quick', 'users:read').ok(200, 'GET', '/Users?count=0');
  });
  await s.case('716 the dialect of an entry, for exactly its spelling', 'docs/tokens-of-an-iam.md', async () => {
    await entry('azure', 'users:write', '--dialect', 'entra');
    const { id } = await s.make('/Users', user('jwt-716'));
    await until('the dialect', async () => (await as('azure', 'users:write').send('PATCH', `/Users/${id}`, replace('active',
      'False'))).status === 200);
    await as('Azure', 'users:write').error(400, null, 'PATCH', `/Users/${id}`, replace('active', 'True'));
  });
  await s.case('717 a feed of events needs the scope at the entry and in the token', 'docs/tokens-of-an-iam.md, 8936 s2', async () => {
    await as('listener', 'users:read events:read').error(403, null, 'POST', '/Events', {});
    await entry('listener', 'users:read,events:read');
    await until('the feed', async () => (await as('listener', 'events:read').send('POST', '/Events', { maxEvents: 0 })).status === 200);
    await as('listener', 'users:read').error(403, null, 'POST', '/Events', {});
    const { id } = await s.make('/Users', user('jwt-717'));
    await s.make('/Groups', group('jwt-717'));
    const { sets } = (await as('listener', 'events:read', 'rsa-1').ok(200, 'POST', '/Events', { returnImmediately: true })).body;
    const told = Object.values(sets).map((token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub_id.uri);
    assert.deepEqual(told, [`/Users/${id}`], 'of the resources that the entry names');
  });
}

// RFC 7644 section 3.11: the person for whom a token acts.
async function me(s, iam) {
  const as = (preferred_username, scope = 'me:write', client_id = 'portal') => bearer(s, iam.token({ client_id, scope,
    preferred_username }, 'ec-1'));
  const made = await s.make('/Users', user('me-720', { name: { givenName: 'Ada', familyName: 'L' }, displayName: 'Ada L', title: 'Chief',
    ...mail('ada@example.org'),
    password: 'Un-mot-de-passe-720', [EXT]: { department: 'D' } }));
  const own = as('me-720'), at = `/Users/${made.id}`, bystander = await s.person('me-other');
  const { id: team } = await s.make('/Groups', group('me-720', [made.id]));
  const same = (a, b) => assert.deepEqual(a, b);
  await s.case('720 her own resource, under its permanent address', '7644 s3.11', async () => {
    const { headers, body } = await as('me-720', 'me:read').ok(200, 'GET', '/Me');
    same(body, await s.read(at));
    assert.equal(headers.get('location'), made.meta.location);
    assert.equal(headers.get('etag'), body.meta.version);
    assert.deepEqual(ids(body.groups), [team]);
    assert(!('password' in body));
    same(Object.keys(await own.read('/Me?attributes=displayName')).sort(), ['displayName', 'id', 'schemas']);
    assert(!('name' in await own.read('/Me?excludedAttributes=name')));
    assert.equal((await own.ok(304, 'GET', '/Me', undefined, { 'If-None-Match': body.meta.version })).body, null);
    same([(await own.ok(200, 'HEAD', '/Me')).body, (await own.ok([200, 204], 'OPTIONS', '/Me')).headers.get('allow')],
      [null, 'GET, HEAD, PUT, PATCH, OPTIONS']);
    same(await as('ME-720').read('/Me'), body);
    same(await as('me-720', 'users:read').read('/Me'), body);
  });
  await s.case('721 it opens nothing else', '7644 s2', async () => {
    for (const path of ['/Users', at, `/Users/${bystander}`, `/Groups/${team}`]) await own.error(403, null, 'GET', path);
    await own.error(403, null, 'PATCH', at, replace('displayName', 'x'));
    await own.error(403, null, 'POST', '/Users/.search', { schemas: [SEARCH] });
    for (const path of [`/Me/${bystander}`, '/Me/.search', '/me']) await own.error([400, 404], null, 'GET', path);
    await as('me-720', 'groups:read').error(403, null, 'GET', '/Me');
    await as('me-720', '').error(403, null, 'GET', '/Me');
    const { body } = await own.ok(200, 'POST', '/Bulk', { schemas: [BULK], Operations: [{ method: 'PATCH', path: '/Me',
      data: replace('userName', 'me-bulk') },
      { method: 'PATCH', path: at, data: replace('displayName', 'x') }, { method: 'DELETE', path: at }] });
    assert(body.Operations.every((o) => Number(o.status) >= 400), JSON.stringify(body.Operations.map((o) => o.status)));
    has(await s.read(at), { userName: 'me-720', displayName: 'Ada L' });
  });
  const allowed = [['name.givenName', 'Augusta'], ['name', { givenName: 'Augusta', familyName: 'Lovelace' }], ['displayName', 'Augusta'],
    ['nickName', 'A'],
    ['profileUrl', 'https://example.org/ada'], ['preferredLanguage', 'en'], ['locale', 'en-GB'], ['timezone', 'Europe/London'],
    ['phoneNumbers', [{ value: 'tel:+44-1', type: 'work' }]], ['ims', [{ value: 'ada', type: 'xmpp' }]], ['photos',
      [{ value: 'https://example.org/a.png', type: 'photo' }]],
    ['addresses', [{ type: 'work', locality: 'London', streetAddress: '1 Road', postalCode: 'W1', country: 'GB' }]]];
  for (const [path, value] of allowed)
    await s.case(`722 she changes ${path}`, '7644 s3.11, docs/tokens-of-an-iam.md', async () => {
      const { headers } = await own.ok(200, 'PATCH', '/Me', replace(path, value));
      assert.equal(headers.get('location'), made.meta.location);
      const [first, second] = path.split('.'), now = (await s.read(at))[first];
      if (typeof value === 'string') assert.equal(second ? now[second] : now, value);
      else has([now].flat()[0], [value].flat()[0]);
    });
  const refused = [['userName', 'me-721'], ['active', false], ['emails', [{ value: 'new@example.org', type: 'work' }]],
    ['emails[type eq "work"].value', 'n@example.org'],
    ['password', 'Un-autre-mot-721'], ['title', 'Boss'], ['userType', 'x'], ['roles', [{ value: 'admin' }]], ['entitlements',
      [{ value: 'all' }]],
    [`${EXT}:department`, 'E'], [`${EXT}:manager`, { value: bystander }], ['externalId', 'x']];
  const before = await s.read(at);
  for (const [path, value] of refused)
    await s.case(`723 she does not change ${path}`, '7644 s3.11, docs/tokens-of-an-iam.md', async () => {
      await own.error(403, null, 'PATCH', '/Me', replace(path, value));
      await own.error(403, null, 'PATCH', '/Me', patch({ op: 'replace', path: 'displayName', value: 'Sly' }, { op: 'add', path, value }));
      same(await s.read(at), before, 'all or nothing');
    });
  await s.case('723 nor what is readOnly for everybody', '7644 s3.5.2', async () => {
    for (const [path, value] of [['groups', [{ value: team }]], ['id', NOBODY], [`${OWN}:habilitations`,
      []]]) await own.error(400, 'mutability', 'PATCH', '/Me', replace(path, value));
    await own.error([400, 403], null, 'PATCH', '/Me', patch({ op: 'remove', path: 'userName' }));
    await own.error(403, null, 'PATCH', '/Me', patch({ op: 'remove', path: 'title' }));
    await own.error(403, null, 'PATCH', '/Me', patch({ op: 'remove', path: 'emails' }));
    await own.error(403, null, 'PATCH', '/Me', patch({ op: 'add', value: { active: false, displayName: 'Sly' } }));
    same(await s.read(at), before);
    await as('me-720', 'me:read').error(403, null, 'PATCH', '/Me', replace('displayName', 'x'));
    await as('me-720', 'me:read').error(403, null, 'PUT', '/Me', user('me-720'));
    await own.error(412, null, 'PATCH', '/Me', replace('displayName', 'x'), { 'If-Match': 'W/"stale"' });
  });
  await s.case('724 PUT leaves what is not her own as it is', '7644 s3.5.1, docs/tokens-of-an-iam.md', async () => {
    const { body } = await own.ok(200, 'PUT', '/Me', user('me-720', { displayName: 'Put', nickName: 'P' }));
    same(body, await s.read(at));
    has(body, { displayName: 'Put', nickName: 'P', title: 'Chief', emails: before.emails, active: true, [EXT]: before[EXT] });
    for (const name of ['locale', 'timezone', 'phoneNumbers', 'addresses', 'ims', 'photos', 'profileUrl']) assert(!(name in body),
      `${name} was left out`);
    for (const more of [{ title: 'Boss' }, { active: false }, mail('new@example.org'), { password: 'Un-autre-mot-721' },
      { [EXT]: { department: 'E' } },
      { roles: [{ value: 'admin' }] }]) await own.error(403, null, 'PUT', '/Me', user('me-720', { displayName: 'Sly', ...more }));
    await own.error(403, null, 'PUT', '/Me', user('me-721', { displayName: 'Sly' }));
    await own.ok(200, 'PUT', '/Me', await own.read('/Me'));
    has((await own.ok(200, 'PUT', '/Me', user('me-720', { displayName: 'Put', emails: [], title: null }))).body, { title: 'Chief',
      emails: before.emails });
    has(await s.read(at), { displayName: 'Put', userName: 'me-720' });
  });
  await s.case('725 DELETE and POST', '7644 s3.11, docs/tokens-of-an-iam.md', async () => {
    await own.error(403, null, 'DELETE', '/Me');
    await own.error(501, null, 'POST', '/Me', user('me-new'));
    await as('me-720', EVERYTHING.replaceAll(',', ' ')).error(403, null, 'DELETE', '/Me');
    await s.ok(200, 'GET', at);
  });
  await s.case('726 tokens that act for nobody', '7644 s3.11, docs/tokens-of-an-iam.md', async () => {
    for (const name of [undefined, 'me-nobody', made.id, 'ada@example.org', 'ＭＥ-720', 'me-720 ', '*']) {
      for (const [method, body] of [['GET'], ['PATCH', replace('displayName', 'x')], ['PUT', user('x')], ['DELETE'], ['POST', user('x')]])
        await as(name).error(501, null, method, '/Me', body);
    }
    await s.error(501, null, 'GET', '/Me');
    await s.error(501, null, 'PATCH', '/Me', replace('displayName', 'x'));
    await (await s.client('me-opaque', 'me:write')).error(501, null, 'GET', '/Me');
    await s.error(401, null, 'GET', '/Me', undefined, NO_TOKEN);
    await s.error(401, null, 'GET', '/Me', undefined, { Authorization: '' });
  });
  await s.case('727 whom it acts for is looked up each time', 'docs/tokens-of-an-iam.md', async () => {
    const { id } = await s.make('/Users', user('me-727')), client = as('me-727');
    await client.ok(200, 'GET', '/Me');
    await s.ok(200, 'PATCH', `/Users/${id}`, replace('active', false));
    await client.error(501, null, 'GET', '/Me');
    await client.error(501, null, 'PATCH', '/Me', replace('displayName', 'x'));
    await s.ok(200, 'PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: true }, { op: 'replace', path: 'userName',
      value: 'me-727-b' }));
    await client.error(501, null, 'GET', '/Me');
    await as('me-727-b').ok(200, 'GET', '/Me');
    await s.ok(204, 'DELETE', `/Users/${id}`);
    await as('me-727-b').error(501, null, 'GET', '/Me');
  });
  await s.case('728 a restricted client acts for its own people only', 'docs/scim-clients.md', async () => {
    await s.make('/Users', user('me-728', mail('me728@example.fr')));
    s.command('token', 'create', '--jwt', '--name', 'desk', '--scope', 'users:read', '--mail-domain', 'example.fr');
    await until('its part', async () => (await as('me-720', 'me:write', 'desk').send('GET', '/Me')).status !== 200);
    await as('me-720', 'me:write', 'desk').error([404, 501], null, 'GET', '/Me');
    await as('me-720', 'me:write', 'desk').error([404, 501], null, 'PATCH', '/Me', replace('displayName', 'x'));
    has(await as('me-728', 'me:write', 'desk').read('/Me'), { userName: 'me-728' });
  });
  await s.case('729 revoking its entry does not show it everybody', 'docs/decisions/0012', async () => {
    assert.throws(() => s.command('token', 'revoke', 'desk'), /jwt\.require_entry.*--lift/);
    await as('me-720', 'me:write', 'desk').error([404, 501], null, 'GET', '/Me');
    s.command('token', 'revoke', 'desk', '--lift');
    await until('no limits', async () => (await as('me-720', 'me:write', 'desk').send('GET', '/Me')).status === 200);
  });
}

// What the IAM's keys do while it is away, and after it has others. At most one early fetch in 30 seconds.
async function rotation(s, iam) {
  const as = (kid) => bearer(s, iam.token({ client_id: 'hr', scope: 'users:read' }, kid));
  const status = async (kid) => (await as(kid).send('GET', '/Users?count=0')).status;
  iam.make('ec-2', 'ES256');
  const next = iam.make('rsa-3', 'RS256');
  await s.case('730 the IAM is away: the keys that are known still serve', 'docs/tokens-of-an-iam.md', async () => {
    await iam.stop();
    assert.equal(iam.fetches, 1, 'one fetch up to now');
    const failed = await s.metric('habilitd_jwks_fetches_total', 'failed'), told = count_of(log_of(s), '"jwks.failed"');
    assert.equal(await status('ec-2'), 401);
    await until('an early fetch that fails', async () => (await s.metric('habilitd_jwks_fetches_total', 'failed')) > failed ||
      sleep(500).then(() => false), 40000);
    assert(count_of(log_of(s), '"jwks.failed"') > told);
    for (const kid of ['rsa-1', 'rsa-2', 'ec-1']) assert.equal(await status(kid), 200);
    assert.equal(await status('ec-2'), 401);
    assert((await s.metric('habilitd_jwks_age_seconds')) > 20);
  });
  await s.case('731 it is back with other keys', '7517 s5, docs/tokens-of-an-iam.md', async () => {
    iam.publish(...iam.published.filter(({ kid }) => kid !== 'rsa-1'), next, { ...next, kid: 'private', d: 'AA' }, { kty: 'oct',
      k: 'AAAA', kid: 'secret' });
    await iam.start();
    assert.equal(await status('rsa-1'), 200, 'until the next fetch');
    await until('the new key', async () => (await status('rsa-3')) === 200 || sleep(500).then(() => false), 40000);
    assert.equal(await status('rsa-1'), 401, 'a key that was taken away');
    for (const kid of ['rsa-2', 'ec-1']) assert.equal(await status(kid), 200, kid);
    assert.equal(await s.metric('habilitd_jwks_keys'), 3);
    assert.match(log_of(s), /"jwks\.fetched".*"keys":3,"ignored":2/);
    await until('their age', async () => (await s.metric('habilitd_jwks_age_seconds')) < 20);
  });
  await s.case('732 unknown keys do not make it ask again and again', 'docs/tokens-of-an-iam.md', async () => {
    const before = iam.fetches;
    for (const one of await times(60, () => status('ec-2'))) assert.equal(one, 401);
    await sleep(1500);
    assert(iam.fetches <= before + 1, `${iam.fetches - before} fetches`);
  });
}

// The other ways to name clients, people, scopes and algorithms.
async function other_settings(s, iam) {
  const { 'jwt.require_entry': _, ...with_entries } = settings_of(iam);
  const keys = [iam.make('ps', 'PS256'), iam.make('e384', 'ES384')];
  iam.publish(...keys, ...iam.published);
  await s.case('740 other settings take effect', 'docs/settings.md', async () => {
    await settle(s, { ...with_entries, 'jwt.algorithms': 'PS256, ES384', 'jwt.scope_claim': 'scp', 'jwt.client_claim': 'cid',
      'jwt.person_claim': 'sub',
      'jwt.person_key': 'entry-uuid' });
    const { id } = await s.make('/Users', user('jwt-740'));
    s.command('token', 'create', '--jwt', '--name', 'known', '--scope', 'groups:read');
    const as = (claims, kid = 'ps') => bearer(s, iam.token({ cid: 'known', scp: ['users:read', 'me:read'], ...claims }, kid));
    await until('the keys', async () => (await as({}).send('GET', '/Users?count=0')).status === 200, 8000);
    await as({}, 'e384').ok(200, 'GET', '/Users?count=0');
    for (const kid of ['rsa-2', 'ec-1']) await as({}, kid).error(401, null, 'GET', '/Users?count=0');
    for (const claims of [{ cid: 'unknown' }, { scp: undefined, scope: 'users:read' }, { cid: undefined,
      azp: 'stranger' }]) await as(claims).error(403, null, 'GET', '/Users?count=0');
    await as({ cid: undefined, client_id: 'known' }).error(401, null, 'GET', '/Users?count=0');
    has(await as({ sub: id }).read('/Me'), { userName: 'jwt-740' });
    for (const sub of ['jwt-740', NOBODY, id.toUpperCase(), `${id} `, undefined]) await as({ sub }).error(501, null, 'GET', '/Me');
  });
}

// What `habilitd check` and `serve` say of settings.
async function checks(s, iam) {
  const with_changes = (command, changes) => said_of(s, command, { ...settings_of(iam), ...changes });
  await s.case('750 habilitd check fetches the keys', 'docs/tokens-of-an-iam.md', async () => {
    assert.match((await with_changes('check', {})).said, /5 keys, 2 not usable/);
  });
  for (const [what, changes, expected] of [
    ['redirects', { 'jwt.jwks_uri': `${iam.url}/moved` }, /302; redirects are not followed/],
    ['a certificate for another name', { 'jwt.jwks_uri': `https://127.0.0.1:${iam.port}/keys` },
      /127\.0\.0\.1.*certificate|certificate.*127\.0\.0\.1/],
    ['an unknown authority', { 'jwt.ca_file': '' }, /name its authority in jwt\.ca_file/],
    ['an authority that is no file', { 'jwt.ca_file': '/nonexistent.pem' }, /jwt\.ca_file must be a PEM file/],
    ['an answer that is too large', { 'jwt.jwks_uri': `${iam.url}/large` }, /too large/],
    ['an answer that never comes', { 'jwt.jwks_uri': `${iam.url}/slow` }, /timed out/],
    ['a page', { 'jwt.jwks_uri': `${iam.url}/page` }, /does not answer with a key set/],
    ['no keys', { 'jwt.jwks_uri': `${iam.url}/none` }, /no key for any of jwt\.algorithms/],
    ['an error', { 'jwt.jwks_uri': `${iam.url}/error` }, /answered 500/],
    ['nobody there', { 'jwt.jwks_uri': 'https://localhost:1/keys' }, /is the IAM up/]])
    await s.case(`751 habilitd check explains: ${what}`, 'docs/tokens-of-an-iam.md', async () => {
      const { status, said } = await with_changes('check', changes);
      assert.match(said, expected);
      assert(said.includes('jwt.jwks_uri'));
      assert.notEqual(status, 0);
    });
  for (const [what, changes, expected] of [
    ['plain HTTP', { 'jwt.jwks_uri': 'http://localhost/keys' }, /jwt\.jwks_uri.*https/], ['HS256', { 'jwt.algorithms': 'RS256,HS256' },
      /jwt\.algorithms/],
    ['none', { 'jwt.algorithms': 'none' }, /jwt\.algorithms/], ['no audience', { 'jwt.audience': '' }, /jwt\.audience/],
    ['a refresh of 5 s', { 'jwt.refresh': '5s' }, /jwt\.refresh/], ['keys kept for less than a refresh', { 'jwt.refresh': '2h',
      'jwt.keep': '1h' }, /jwt\.keep/],
    ['clocks that differ by an hour', { 'jwt.max_skew': '1h' }, /jwt\.max_skew/]])
    await s.case(`752 settings that are refused: ${what}`, 'docs/settings.md', async () => {
      const { status, said } = await with_changes('serve', changes);
      assert(status > 0, `ended with ${status}`);
      assert.match(said, expected);
    });
}

// Its keys are fetched by the program under test alone, so that fetches can be counted.
export async function jwt(s, iam, meanwhile) {
  for (const part of [before_keys, tokens, rights, me]) await part(s, iam);
  await Promise.all([rotation(s, iam), meanwhile(s)]);
  for (const part of [other_settings, checks]) await part(s, iam);
}
