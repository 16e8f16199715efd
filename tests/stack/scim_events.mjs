// docs/scim-clients.md: the feed of events (RFC 8936, 9967) and asynchronous requests, also over restarts.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, until } from '../support/stack.mjs';
import { BULK, EVERYTHING, NOBODY, SEARCH, enc, group, habilitation, has, patch, siret, structure, tally, times, user } from './scim_suite.mjs';

const PROV = 'urn:ietf:params:scim:event:prov:';
const ASYNC = 'urn:ietf:params:scim:event:misc:asyncresp';
const HELD = 'urn:habilitd:scim:event:habilitation:';
const LATER = { Prefer: 'respond-async' };
const replace = (path, value) => patch({ op: 'replace', path, value });

// The claims of a SET without a signature (RFC 7519 section 6).
function claims_of(token) {
  const [header, payload, signature] = token.split('.');
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url')), { typ: 'secevent+jwt', alg: 'none' });
  assert.equal(signature, '');
  return JSON.parse(Buffer.from(payload, 'base64url'));
}
const poll = async (client, body) => (await client.ok(200, 'POST', '/Events', { returnImmediately: true, ...body })).body;
const waiting = async (client) => Object.entries((await poll(client)).sets).map(([jti, token]) => {
  const claims = claims_of(token);
  assert.equal(claims.jti, jti);
  return claims;
});
const kinds = (event) => Object.keys(event.events).map((urn) => urn.replace(PROV, '').replace(HELD, '')).sort().join(' ');

// Ends habilitd by the number that the demo tells, and waits for the next one.
export async function restart(s, signal) {
  const pid = () => JSON.parse(readFileSync(join(s.stack.dir, 'demo.json'), 'utf8')).pids.habilitd;
  const before = pid();
  process.kill(before, signal);
  await until('habilitd to be back', async () => pid() !== before && (await fetch(s.stack.demo.health_url)).ok, 60000);
}

async function feed(s) {
  const one = await s.client('feed-one', `${EVERYTHING},events:read`),
    two = await s.client('feed-two', 'users:read,groups:read,habilitations:read,events:read');
  const drain = async () => {
    for (const client of [one, two]) for (let more = true; more;) {
      const { sets, moreAvailable } = await poll(client);
      await poll(client, { ack: Object.keys(sets), maxEvents: 0 });
      more = moreAvailable;
    }
  };
  const part = (name, section, run) => s.case(name, section, async () => { await drain(); await run(); });

  await part('350 the life of a person, in order, without values', '9967 s2.4', async () => {
    const { id } = await s.make('/Users', user('ev-350', { title: 'Chief', name: { familyName: 'Geheim' } }));
    const at = `/Users/${id}`;
    await s.ok(200, 'PATCH', at, replace('title', 'Boss'));
    await s.ok(200, 'PATCH', at, replace('title', 'Boss')); // a no-op tells nothing
    const off = await s.ok(200, 'PATCH', at, replace('active', false));
    await s.ok(200, 'PUT', at, user('ev-350', { active: true, password: 'Un-mot-de-passe-350' }));
    await s.ok(204, 'DELETE', at);
    await s.error(404, null, 'DELETE', at);
    const told = await waiting(one);
    assert.deepEqual(told.map(kinds), ['create:notice', 'patch:notice', 'deactivate patch:notice', 'activate put:notice', 'delete']);
    for (const event of told) {
      assert.equal(event.iss, s.stack.demo.base_url);
      assert(event.aud.length === 1 && event.aud[0].startsWith(`${s.stack.demo.scim_url}/Feeds/`));
      assert.deepEqual(event.sub_id, { format: 'scim', uri: at });
      assert(Math.abs(event.iat - Date.now() / 1000) < 60 && typeof event.txn === 'string' && !('sub' in event) && !('exp' in event));
      assert(!/Chief|Boss|Geheim|mot-de-passe/.test(JSON.stringify(event)), 'names, never values');
    }
    assert.deepEqual(told[1].events[`${PROV}patch:notice`].attributes, ['title']);
    assert.equal(told[2].events[`${PROV}patch:notice`].version, off.headers.get('etag'));
    assert(['active', 'title', 'password'].every((name) => told[3].events[`${PROV}put:notice`].attributes.includes(name)));
    assert.deepEqual((await waiting(two)).map(kinds), told.map(kinds));
    assert.notDeepEqual((await waiting(two))[0].aud, told[0].aud);
  });
  await part('351 groups and what they confer', '9967 s2.4', async () => {
    const person = await s.person('ev-351'), { siret: at } = await s.make('/Structures', structure(siret(30000)));
    const { id } = await s.make('/Groups', group('ev-351'));
    for (let i = 0; i < 2; i++) await s.ok([200, 204], 'PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: person }] }));
    await s.ok(204, 'DELETE', `/Groups/${id}`);
    const held = await s.make('/Habilitations', habilitation(person, 'consultation', at));
    await s.ok(204, 'DELETE', `/Habilitations/${held.id}`);
    const told = await waiting(two);
    assert.deepEqual(told.filter((e) => e.sub_id.uri === `/Groups/${id}`).map(kinds), ['create:notice', 'patch:notice', 'delete']);
    const of_role = told.filter((e) => /granted|ended/.test(kinds(e)));
    assert.deepEqual(of_role.map((e) => kinds(e).match(/granted|ended/)[0]), ['granted', 'ended']);
    const granted = of_role[0].events[`${HELD}granted`];
    has(granted, { application: 'soffi', role: 'consultation' });
    assert(JSON.stringify(granted).includes(at) && of_role[0].sub_id.uri === `/Users/${person}`);
  });
  await part('352 each client is told its own externalId', '9967 s2.1', async () => {
    await one.make('/Users', user('ev-352', { externalId: 'E352' }));
    assert.equal((await waiting(one))[0].sub_id.externalId, 'E352');
    assert(!('externalId' in (await waiting(two))[0].sub_id));
  });
  await part('353 what one acknowledges still waits for the other', '8936 s2.4', async () => {
    for (let i = 0; i < 3; i++) await s.make('/Users', user(`ev-353-${i}`));
    const jtis = (await waiting(one)).map((e) => e.jti);
    assert.equal(jtis.length, 3);
    assert.deepEqual((await waiting(one)).map((e) => e.jti), jtis, 'offered again');
    const rest = await poll(one, { ack: [jtis[0], jtis[1]], maxEvents: 1 });
    assert.deepEqual([Object.keys(rest.sets), rest.moreAvailable], [[jtis[2]], false]);
    assert.deepEqual((await waiting(two)).map((e) => e.jti), jtis);
    await poll(one, { setErrs: { [jtis[2]]: { err: 'invalid_request', description: 'x' } } });
    assert.deepEqual(await waiting(one), []);
    await poll(two, { ack: [...jtis, 'x', '*', ')(objectClass=*', '0'.repeat(32), 'a'.repeat(5000)], maxEvents: 0 });
    assert.deepEqual(await waiting(two), []);
  });
  await part('354 a page holds no more than was asked for', '8936 s2.2', async () => {
    for (let i = 0; i < 5; i++) await s.make('/Users', user(`ev-354-${i}`));
    const seen = [];
    for (let more = true; more;) {
      const page = await poll(one, { ack: seen, maxEvents: 2 });
      assert(Object.keys(page.sets).length <= 2);
      seen.push(...Object.keys(page.sets));
      more = page.moreAvailable;
    }
    assert.equal(new Set(seen).size, 5);
    const { headers, body } = await two.ok(200, 'POST', '/Events', { maxEvents: 0 });
    assert.deepEqual(body, { sets: {}, moreAvailable: true });
    assert.match(headers.get('content-type'), /^application\/json/);
  });
  for (const body of [{ maxEvents: -1 }, { maxEvents: 'x' }, { maxEvents: 1.5 }, { ack: 'x' }, { ack: [1] }, { ack: {} }, { setErrs: [] },
    { returnImmediately: 'no' }, { ack: Array(1001).fill('x') }, '[]', '"x"', 'x', ' '])
    await s.case(`355 a poll of ${JSON.stringify(body).slice(0, 40)}`, '8936 s2.2', () => one.error(400, null, 'POST', '/Events', body));
  await s.case('355 who may poll, and how', '8936 s2.2, 9110 s15.5.6', async () => {
    await s.error(403, null, 'POST', '/Events', {});
    await s.error(401, null, 'POST', '/Events', {}, { Authorization: '' });
    assert.match((await one.error(405, null, 'GET', '/Events')).headers.get('allow'), /POST/);
    await one.error(405, null, 'POST', `/Events/${'0'.repeat(32)}`, {});
    await one.error(404, null, 'GET', '/Events/a/b');
    await one.error(404, null, 'GET', `/Events/${'0'.repeat(32)}`);
  });
  await part('356 a poll may wait for what happens next', '8936 s2.2', async () => {
    const begun = Date.now();
    const [page] = await Promise.all([poll(one, { returnImmediately: false }), sleep(400).then(() => s.make('/Users', user('ev-356')))]);
    assert.equal(Object.keys(page.sets).length, 1);
    assert(Date.now() - begun >= 400 && Date.now() - begun < 4000, `${Date.now() - begun} ms`);
  });
  await part('356 nothing happens: an empty answer in the end', '8936 s2.2', async () => {
    const begun = Date.now();
    // Two polls of one client: the second is answered at once.
    const both = await Promise.all([poll(one, { returnImmediately: false }),
      sleep(200).then(() => poll(one, { returnImmediately: false })).then((page) => [page, Date.now()])]);
    assert.deepEqual(both[0], { sets: {}, moreAvailable: false });
    assert(both[1][1] - begun < 2000 && Date.now() - begun > 3000, `${Date.now() - begun} ms`);
  });
  await part('357 a restricted client hears of its own people only', 'docs/scim-clients.md', async () => {
    const agency = await s.client('feed-agency', 'users:read,groups:read,events:read', '--mail-domain', 'example.fr');
    const own = await s.make('/Users', user('ev-own', { emails: [{ value: 'own@example.fr' }] })),
      other = await s.make('/Users', user('ev-other', { emails: [{ value: 'x@example.net' }] }));
    await s.make('/Groups', group('ev-357', [own.id, other.id]));
    for (const { id } of [own, other]) await s.ok(204, 'DELETE', `/Users/${id}`);
    assert.deepEqual((await waiting(agency)).map((e) => [kinds(e), e.sub_id.uri]), [['create:notice', `/Users/${own.id}`], ['delete', `/Users/${own.id}`]]);
    assert.equal((await waiting(one)).length, 5);
  });
  await s.case('357 a client hears of what its scopes open', 'docs/scim-clients.md', async () => {
    const narrow = await s.client('feed-narrow', 'groups:read,events:read');
    const { id } = await s.make('/Users', user('ev-357-scope')), at = await s.make('/Structures', structure(siret(30001)));
    const { id: team } = await s.make('/Groups', group('ev-357-scope', [id]));
    await s.ok(204, 'DELETE', `/Structures/${at.id}`);
    assert.deepEqual((await waiting(narrow)).map((e) => e.sub_id.uri), [`/Groups/${team}`]);
  });
  for (const signal of ['SIGTERM', 'SIGKILL'])
    await part(`358 what waits survives a restart (${signal})`, 'docs/scim-clients.md', async () => {
      for (let i = 0; i < 3; i++) await s.make('/Users', user(`ev-358-${signal}-${i}`));
      const before = await waiting(one);
      await poll(one, { ack: [before[0].jti], maxEvents: 0 });
      await restart(s, signal);
      assert.deepEqual(await waiting(one), before.slice(1));
      assert.equal((await waiting(two)).length, 3);
    });
}

async function outcome_of(client, accepted) {
  const base = client.stack.demo.scim_url, location = accepted.headers.get('location');
  assert(location.startsWith(`${base}/Events/`), location);
  return until('the outcome', async () => {
    const answer = await client.ok([200, 202], 'GET', location.slice(base.length));
    if (answer.status === 202) return null;
    assert.match(answer.headers.get('content-type'), /^application\/secevent\+jwt/);
    return claims_of(answer.body);
  }, 30000);
}

async function asynchronous(s) {
  const one = await s.client('async-one', `${EVERYTHING},events:read`), two = await s.client('async-two', `${EVERYTHING},events:read`);
  const later = async (method, path, body, headers) => {
    const answer = await one.ok(202, method, path, body, { ...LATER, ...headers });
    assert.equal(answer.body, null);
    assert.equal(answer.headers.get('preference-applied'), 'respond-async');
    assert.match(answer.headers.get('set-txn'), /^[0-9a-f]{32}$/);
    assert.equal(answer.headers.get('location').split('/').at(-1), answer.headers.get('set-txn'));
    return answer;
  };
  const result = async (accepted) => {
    const event = await outcome_of(one, accepted);
    assert.equal(event.txn, accepted.headers.get('set-txn'));
    return { event, ...event.events[ASYNC] };
  };
  await s.case('370 the configuration says it', '9967 s4', async () => {
    const { securityEvents } = await one.read('/ServiceProviderConfig');
    assert.equal(securityEvents.asyncRequest, 'request');
    for (const urn of [`${PROV}create:notice`, `${PROV}delete`, ASYNC]) assert(securityEvents.eventUris.includes(urn), urn);
    assert(!('securityEvents' in await s.read('/ServiceProviderConfig')), 'for a client with the scope');
  });
  await s.case('371 accepted, done and told', '9967 s2.5.1', async () => {
    const accepted = await later('POST', '/Users', user('as-371', { title: 'x' }), { Accept: 'text/html' });
    const { event, ...told } = await result(accepted);
    has(told, { method: 'POST', status: '201' });
    const [made] = (await s.found('/Users', 'userName eq "as-371"')).Resources;
    assert.equal(event.sub_id.uri, `/Users/${made.id}`);
    assert.equal(told.version, made.meta.version);
    assert.equal(told.location, made.meta.location);
    const mine = (await waiting(one)).filter((e) => e.txn === event.txn);
    assert.deepEqual(mine.map((e) => Object.keys(e.events)[0]).sort(), [ASYNC, `${PROV}create:notice`].sort());
    assert.equal((await waiting(two)).filter((e) => e.txn === event.txn).length, 1, 'the other hears of the person, not of the request');
    await two.error(404, null, 'GET', `/Events/${event.txn}`);
    await s.error(404, null, 'GET', `/Events/${event.txn}`);
    await poll(one, { ack: (await waiting(one)).map((e) => e.jti), maxEvents: 0 });
    await until('it is gone once acknowledged', async () => (await one.send('GET', `/Events/${event.txn}`)).status === 404);
  });
  await s.case('372 every kind of write, in order', '9967 s2.5.1', async () => {
    const person = await s.person('as-372'), { id } = await s.make('/Groups', group('as-372'));
    const at = `/Users/${person}`;
    const sent = [];
    for (const [method, path, body, status] of [['PATCH', at, replace('title', 'a'), '200'], ['PATCH', at, replace('title', 'b'), '200'],
      ['PUT', at, user('as-372-b', { title: 'c' }), '200'], ['PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: person }] }),
      '200'],
      ['DELETE', `/Groups/${id}`, undefined, '204'], ['POST', '/Structures', structure(siret(30100)), '201'],
      ['POST', '/Habilitations', habilitation(person, 'consultation', siret(30100)), '201']])
      sent.push([await later(method, path, body), status]);
    for (const [accepted, status] of sent) assert.equal((await result(accepted)).status, status);
    has(await s.read(at), { title: 'c', userName: 'as-372-b' });
    await s.error(404, null, 'GET', `/Groups/${id}`);
  });
  for (const [what, method, path, body, headers, status, type] of [['a name that is taken', 'POST', '/Users', user('as-372-b'), {}, '409', 'uniqueness'],
    ['an unknown id', 'DELETE', `/Users/${NOBODY}`, undefined, {}, '404'],
    ['a stale version', 'PATCH', '/Users/@', replace('title', 'x'), { 'If-Match': 'W/"stale"' }, '412'],
    ['a wrong value', 'PATCH', '/Users/@', replace('active', 'x'), {}, '400', 'invalidValue'],
    ['a path that is none', 'PATCH', '/Users/@', replace('nope', 1), {}, '400'],
    ['what policy forbids', 'POST', '/Habilitations', habilitation('@', 'gestionnaire', siret(30100)), {}, '403']])
    await s.case(`373 what failed says why: ${what}`, '9967 s2.5.1.2', async () => {
      const [{ id }] = (await s.found('/Users', 'userName eq "as-372-b"')).Resources;
      const filled = body && JSON.parse(JSON.stringify(body).replace('"@"', `"${id}"`));
      const told = await result(await later(method, path.replace('@', id), filled, headers));
      assert.equal(told.status, status);
      s.check_error({ headers: new Map([['content-type', 'application/json']]), body: told.response }, status);
      if (type) assert.equal(told.response.scimType, type);
      assert.equal('location' in told, method !== 'POST', 'RFC 7644 s3.7.3');
    });
  await s.case('374 what is answered as usual', 'docs/scim-clients.md', async () => {
    const ask = (status, method, path, body, headers = LATER) => one.ok(status, method, path, body, headers);
    await ask(201, 'POST', '/Users', user('as-374-a', { password: 'Un-mot-de-passe-374' }));
    await ask(201, 'POST', '/Users', `{"schemas":${JSON.stringify(user('x').schemas)},"userName":"as-374-e","pass\\u0077ord":"Un-mot-de-passe-374"}`);
    await ask([200, 204], 'PATCH', `/Users/${(await s.found('/Users', 'userName eq "as-374-a"')).Resources[0].id}`,
      replace('password', 'Un-mot-de-passe-374b'));
    await ask(201, 'POST', '/Users', user('as-374-b'), { Prefer: 'respond-async, wait=10' });
    await ask(201, 'POST', '/Users', user('as-374-c'), { Prefer: 'return=representation' });
    await ask(200, 'POST', '/Users/.search', { schemas: [SEARCH], count: 0 });
    await ask(200, 'GET', '/Users?count=0');
    await ask(400, 'POST', '/Users', '{');
    await ask(415, 'POST', '/Users', user('as-374-d'), { ...LATER, 'Content-Type': 'text/plain' });
    await ask(405, 'PUT', '/Users', {});
    await ask(404, 'POST', '/Nope', {});
    const big = Array.from({ length: 400 }, (_, i) => ({ method: 'DELETE', path: `/Users/${NOBODY}`, bulkId: `${i}`.padEnd(700, 'x') }));
    await ask(200, 'POST', '/Bulk', { schemas: [BULK], Operations: big });
  });
  await s.case('375 it is authorised before it is accepted', '9967 s2.5.1', async () => {
    const reader = await s.client('async-reader', 'users:read,events:read');
    await reader.error(403, null, 'POST', '/Users', user('as-375'), LATER);
    await s.error(401, null, 'POST', '/Users', user('as-375'), { ...LATER, Authorization: 'Bearer nope' });
  });
  await s.case('376 a bulk request: each operation is told', '9967 s2.5.1.2', async () => {
    const person = (bulkId, name) => ({ method: 'POST', path: '/Users', bulkId, data: user(name) });
    const accepted = await later('POST', '/Bulk', { schemas: [BULK],
      Operations: [person('a', 'as-376-a'), person('b', 'as-376-b'), person('c', 'AS-376-A'), { method: 'DELETE', path: `/Users/${NOBODY}` }] });
    const { event } = await result(accepted);
    assert.equal(event.events[ASYNC].status, '200');
    const told = (await waiting(one)).filter((e) => e.txn.startsWith(`${event.txn}:`) && e.events[ASYNC]);
    assert.deepEqual(told.map((e) => [e.txn.split(':')[1], e.events[ASYNC].status, e.events[ASYNC].bulkId]),
      [['0', '201', 'a'], ['1', '201', 'b'], ['2', '409', 'c'], ['3', '404', undefined]]);
    assert.equal((await s.found('/Users', 'userName sw "as-376"')).totalResults, 2);
  });
  await s.case('377 a hundred at once are all done', '9967 s2.5.1', async () => {
    const many = await times(100, (i) => later('POST', '/Users', user(`as-377-${i}`)));
    for (const accepted of many) assert.equal((await result(accepted)).status, '201');
    assert.equal((await s.found('/Users', 'userName sw "as-377-"')).totalResults, 100);
  });
  await s.case('378 a crash loses nothing that was accepted', 'docs/scim-clients.md', async () => {
    const answers = await times(200, (i) => one.send('POST', '/Users', user(`as-378-${i}`), LATER));
    await restart(s, 'SIGKILL');
    const accepted = answers.filter((r) => r.status === 202);
    assert(accepted.length > 100, JSON.stringify(tally(answers)));
    const open = async () => (await Promise.all(accepted.map(async (r) => (await one.send('GET',
      `/Events/${r.headers.get('set-txn')}`)).status))).filter((status) => status !== 200);
    // Of the one that had begun nobody knows what became of it; it is told after half a minute, and the others wait for that.
    await until('all outcomes', async () => (await open()).length === 0 || sleep(1000).then(() => false), 90000);
    const statuses = await Promise.all(accepted.map(async (r) => (await result(r)).status));
    assert(statuses.filter((status) => status !== '201').length <= 1, JSON.stringify(statuses));
    const made = (await s.read(`/Users?filter=${enc('userName sw "as-378-"')}&count=0`)).totalResults;
    assert(made >= accepted.length - 1 && made <= 200, `${made} of ${accepted.length}`);
  });
}

export async function events(s) {
  for (const part of [feed, asynchronous]) await part(s);
}
