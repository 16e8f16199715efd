// docs/scim-clients.md: scopes, clients with people of their own, limits, the ends of tokens.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, until } from '../support/stack.mjs';
import { BULK, EVERYTHING, EXT, NOBODY, OWN, SEARCH, access_request, enc, group, habilitation, has, ids, patch, siret, structure, times,
  user } from './scim_suite.mjs';

const replace = (path, value) => patch({ op: 'replace', path, value });
const mail = (value) => ({ emails: [{ value, type: 'work' }] });
const names = ({ Resources }) => (Resources ?? []).map((r) => r.userName ?? r.displayName).sort();
const BASE = 20000; // SIRETs of these tests

const TYPES = { '/Users': 'users', '/Groups': 'groups', '/Structures': 'structures', '/Habilitations': 'habilitations', '/AccessRequests': 'requests' };

// Every scope against every type: what it does not open is 403, before anything else is looked at.
async function scopes(s) {
  const [{ id: person }] = (await s.read('/Users?count=1')).Resources;
  const all = [...Object.values(TYPES).flatMap((t) => [`${t}:read`, `${t}:write`]), 'decisions', 'events:read', 'grant:*', 'me:read', 'me:write',
    'grant:soffi.consultation'];
  const clients = await times(all.length, (i) => s.client(`scope-${i}`, all[i]));
  for (const [i, client] of clients.entries())
    for (const [path, type] of Object.entries(TYPES)) {
      const reads = all[i].startsWith(`${type}:`), writes = all[i] === `${type}:write`;
      await s.case(`301 ${all[i]} at ${path}`, '7644 s2', async () => {
        const at = `${path}/${NOBODY}`, search = { schemas: [SEARCH], count: 0 };
        for (const [method, where, body, open, otherwise] of [['GET', path, undefined, reads, 200], ['HEAD', path, undefined, reads, 200],
          ['GET', at, undefined, reads, 404], ['POST', `${path}/.search`, search, reads, 200], ['POST', path, {}, writes, 400],
          ['PUT', at, {}, writes, [400, 404]], ['PATCH', at, replace('displayName', 'x'), writes, [400, 404]],
          ...(type === 'requests' ? [] : [['DELETE', at, undefined, writes, 404]])]) {
          const answer = await client.send(method, where, body);
          assert([open ? otherwise : 403].flat().includes(answer.status), `${method} ${where}: ${answer.status}`);
          if (!open && method !== 'HEAD') s.check_error(answer, 403);
        }
      });
    }
  await s.case('302 a token without any scope of SCIM reads what all may', '7644 s4', async () => {
    const client = clients[all.indexOf('decisions')];
    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes']) await client.ok(200, 'GET', path);
    await client.error(403, null, 'GET', '/');
    await client.error(403, null, 'POST', '/.search', { schemas: [SEARCH] });
    await client.error(403, null, 'POST', '/Events', { maxEvents: 0 });
  });
  await s.case('302 the root shows what may be read', '7644 s3.4.2.1', async () => {
    const kinds = async (scope) => [...new Set((await clients[all.indexOf(scope)].found('/',
      'meta.resourceType pr')).Resources.map((r) => r.meta.resourceType))];
    assert.deepEqual(await kinds('users:read'), ['User']);
    assert.deepEqual(await kinds('structures:write'), ['Structure']);
    assert.equal((await s.read(`/?filter=${enc('meta.resourceType eq "Group"')}&count=0`)).totalResults > 0, true);
    assert.equal((await clients[all.indexOf('users:read')].found('/', 'meta.resourceType eq "Group"')).totalResults, 0);
  });
  await s.case('303 bulk asks for each operation', '7644 s2, s3.7', async () => {
    const operations = [{ method: 'POST', path: '/Users', bulkId: 'a', data: {} },
      { method: 'PATCH', path: `/Users/${person}`, data: replace('title', 'x') }, { method: 'DELETE', path: `/Users/${person}` },
      { method: 'POST', path: '/Groups', bulkId: 'b', data: group('scope-303') },
      { method: 'POST', path: '/Structures', bulkId: 'c', data: structure(siret(BASE)) }, { method: 'DELETE', path: `/Habilitations/h-${NOBODY}` }];
    const statuses = async (scope) => (await clients[all.indexOf(scope)].ok(200, 'POST', '/Bulk',
      { schemas: [BULK], Operations: operations })).body.Operations.map((o) => o.status).join(' ');
    assert.equal(await statuses('users:read'), '403 403 403 403 403 403');
    assert.equal(await statuses('groups:write'), '403 403 403 201 403 403');
    assert.equal(await statuses('structures:write'), '403 403 403 403 201 403');
    assert.equal(await statuses('habilitations:write'), '403 403 403 403 403 404');
  });
  await s.case('304 what may be granted is said by the token', 'docs/scim.md', async () => {
    const clerk = await s.client('clerk', 'users:read,groups:write,habilitations:write,requests:write,grant:soffi.consultation');
    const reader = await s.client('no-grant', 'users:read,groups:write,habilitations:write,requests:write');
    const at = await s.make('/Structures', structure(siret(BASE + 1)));
    const [a, b, c] = await times(3, (i) => s.person(`clerk-${i}`));
    await reader.error(403, null, 'POST', '/Habilitations', habilitation(a, 'consultation', at.siret));
    const held = (await clerk.ok(201, 'POST', '/Habilitations', habilitation(a, 'consultation', at.siret))).body;
    await clerk.error(403, null, 'POST', '/Habilitations', habilitation(a, 'saisie', at.siret));
    await reader.error(403, null, 'DELETE', `/Habilitations/${held.id}`);
    await reader.error(403, null, 'PATCH', `/Habilitations/${held.id}`,
      patch({ op: 'remove', path: 'until' }, { op: 'add', path: 'until', value: '2026-12-31T00:00:00Z' }));
    await reader.ok(200, 'GET', `/Habilitations/${held.id}`);
    const [doors] = (await s.found('/Groups', `displayName eq "soffi.consultation.${at.siret}"`)).Resources;
    const add = patch({ op: 'add', path: 'members', value: [{ value: b }] });
    await reader.error(403, null, 'PATCH', `/Groups/${doors.id}`, add);
    await clerk.ok([200, 204], 'PATCH', `/Groups/${doors.id}`, add);
    const asked = await s.make('/AccessRequests', access_request(c, 'consultation', at.siret));
    const approve = patch({ op: 'add', path: 'decision', value: { value: 'approve' } });
    assert.match((await reader.error(403, null, 'PATCH', `/AccessRequests/${asked.id}`, approve)).body.detail, /not-an-approver/);
    has((await clerk.ok(200, 'PATCH', `/AccessRequests/${asked.id}`, approve)).body, { state: 'active' });
    await clerk.ok(204, 'DELETE', `/Habilitations/${held.id}`);
  });
}

// A central client that sees all, and two agencies.
async function agencies(s) {
  const here = siret(BASE + 10), there = siret(BASE + 11);
  const a = await s.client('agency-a', EVERYTHING, '--structure', here, '--mail-domain', 'example.fr');
  const b = await s.client('agency-b', EVERYTHING, '--mail-domain', 'example.net');
  const one = async (userName, more) => (await s.make('/Users', user(userName, more))).id;
  const mine = await one('t-mine', mail('mine@Example.FR')), theirs = await one('t-theirs', mail('theirs@example.net'));
  const attached = await one('t-attached', mail('attached@example.com')), boss = await one('t-boss', mail('boss@example.com'));
  const place = await s.make('/Structures', structure(here, { displayName: 'Ici', managers: [{ value: boss }], members: [{ value: attached }] }));
  const other = await s.make('/Structures', structure(there, { displayName: 'Là-bas', members: [{ value: theirs }] }));
  const shared = (await s.make('/Groups', group('t-shared', [mine, theirs]))).id;
  const made = (await a.make('/Users', user('t-made'))).id;
  const team = (await a.make('/Groups', group('t-team', [mine, made]))).id;
  const foreign = await s.make('/Habilitations', habilitation(theirs, 'consultation', there));
  const asked = await s.make('/AccessRequests', access_request(theirs, 'saisie', there));
  const own = await s.make('/Habilitations', habilitation(attached, 'consultation', here));
  // The manager of its structure is not attached and has no address of its domain.
  const seen = ['t-attached', 't-made', 't-mine'];

  await s.case('310 a list shows its own and counts no others', 'docs/scim-clients.md', async () => {
    assert.deepEqual(names(await a.read('/Users')), seen);
    has(await a.read('/Users?count=0'), { totalResults: 3 });
    has(await a.read('/Users?startIndex=2&count=1'), { totalResults: 3, itemsPerPage: 1 });
    assert.deepEqual(names(await b.read('/Users')), ['t-theirs']);
    assert.deepEqual(names(await a.read('/Groups')), [`soffi.consultation.${here}`, 't-team']);
    assert.deepEqual(names(await b.read('/Groups')), []);
    assert.deepEqual((await a.read('/Structures')).Resources.map((r) => r.id), [place.id]);
    assert.deepEqual((await b.read('/Structures')).totalResults, 0);
    assert.deepEqual((await a.read('/Habilitations')).Resources.map((r) => r.id), [own.id]);
    assert.deepEqual((await a.read('/AccessRequests')).Resources.map((r) => r.id), [own.request.value]);
    for (const path of ['/Habilitations', '/AccessRequests']) has(await b.read(path), { totalResults: 0 });
    assert((await s.read('/Users?count=0')).totalResults > 10);
  });
  await s.case('310 a walk by pages and by cursors finds only these', '9865 s2', async () => {
    for (const next of [(i) => `startIndex=${i + 1}`, (_, body) => (body ? `cursor=${body.nextCursor}` : 'cursor=')]) {
      const found = [];
      for (let i = 0, body; i < 3; i++) {
        body = await a.read(`/Users?count=1&sortBy=userName&${next(i, body)}`);
        found.push(...names(body));
      }
      assert.deepEqual(found, seen);
    }
  });
  const change_of = (type) => ({
    AccessRequests: patch({ op: 'add', path: 'decision', value: { value: 'cancel' } }),
      Habilitations: replace('until', '2026-12-31T00:00:00Z') })[type] ?? replace('displayName', 'x');
  // What must not differ between somebody else's id and one that never was.
  const unknown = (name, method, path, id, body, headers) => s.case(`311 ${name}`, 'docs/scim-clients.md', async () => {
    const filled = (value, with_id) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value).replaceAll('@ID', with_id)));
    const none = id.startsWith('h-') ? `h-${NOBODY}` : NOBODY;
    const real = await a.send(method, filled(path, id), filled(body, id), headers);
    const never = await a.send(method, filled(path, none), filled(body, none), headers);
    assert.equal(real.status, never.status, JSON.stringify(real.body));
    if (path.includes('@ID') && !path.includes('?')) assert.equal(real.status, 404);
    assert.deepEqual(JSON.parse(JSON.stringify(real.body).replaceAll(id, none)), never.body);
    assert.equal(real.headers.get('etag'), never.headers.get('etag'));
  });
  for (const [type, id, put] of [['Users', theirs, user('x')], ['Users', boss, user('x')], ['Groups', shared, group('x')],
    ['Structures', other.id, structure(there)], ['Habilitations', foreign.id, habilitation(theirs, 'consultation', there)],
    ['AccessRequests', asked.id, access_request(theirs, 'saisie', there)]]) {
    const at = `/${type}/@ID`;
    for (const headers of [{}, { 'If-None-Match': '*' }, { 'If-None-Match': 'W/"x"' }])
      await unknown(`GET ${type} ${JSON.stringify(headers)}`, 'GET', at, id, undefined, headers);
    for (const headers of [{}, { 'If-Match': '*' }, { 'If-Match': 'W/"1"' }]) {
      await unknown(`PUT ${type} ${JSON.stringify(headers)}`, 'PUT', at, id, put, headers);
      await unknown(`PATCH ${type} ${JSON.stringify(headers)}`, 'PATCH', at, id, change_of(type), headers);
      if (type !== 'AccessRequests') await unknown(`DELETE ${type} ${JSON.stringify(headers)}`, 'DELETE', at, id, undefined, headers);
    }
    await unknown(`an id in a filter of ${type}`, 'GET', `/${type}?filter=${enc('id eq "')}@ID%22`, id);
    await unknown(`an id in a search of ${type}`, 'POST', `/${type}/.search`, id, { schemas: [SEARCH], filter: 'id eq "@ID"' });
    await unknown(`an id in a search of the root, ${type}`, 'POST', '/.search', id, { schemas: [SEARCH], filter: 'id eq "@ID"' });
    await unknown(`an id in a bulk request, ${type}`, 'POST', '/Bulk', id,
      { schemas: [BULK], Operations: [{ method: 'PATCH', path: `/${type}/@ID`, data: replace('displayName', 'x') },
      { method: 'PUT', path: `/${type}/@ID`, data: put }, { method: 'DELETE', path: `/${type}/@ID` }] });
  }
  for (const [name, path, id] of [['manager', `/Users?filter=${enc(`${EXT}:manager.value eq "`)}@ID%22`, theirs],
    ['members.value', `/Groups?filter=${enc('members.value eq "')}@ID%22`, theirs],
    ['members[]', `/Groups?filter=${enc('members[value eq "')}@ID%22%5D`, theirs],
    ['groups.value', `/Users?filter=${enc('groups.value eq "')}@ID%22`, shared],
    ['person.value', `/Habilitations?filter=${enc('person.value eq "')}@ID%22`, theirs],
    ['structure.value', `/Habilitations?filter=${enc('structure.value eq "')}@ID%22`, other.id],
    ['structures.value', `/Users?filter=${enc(`${OWN}:structures.value eq "`)}@ID%22`, other.id],
    ['structure members', `/Structures?filter=${enc('members.value eq "')}@ID%22`, theirs],
    ['structure managers', `/Structures?filter=${enc('managers.value eq "')}@ID%22`, boss]])
    await unknown(`a filter on ${name}`, 'GET', path, id);
  await unknown('as a new member', 'PATCH', `/Groups/${team}`, boss, patch({ op: 'add', path: 'members', value: [{ value: '@ID' }] }));
  await unknown('as a member of a new group', 'POST', '/Groups', boss, group('t-new', ['@ID']));
  await unknown('as a manager', 'PATCH', `/Users/${made}`, boss, patch({ op: 'add', path: `${EXT}:manager`, value: { value: '@ID' } }));
  await unknown('as one who is granted', 'POST', '/Habilitations', theirs, habilitation('@ID', 'consultation', here));
  await unknown('as one who asks', 'POST', '/AccessRequests', theirs, access_request('@ID', 'consultation', here));
  await unknown('as a member of its structure', 'PATCH', `/Structures/${place.id}`, theirs, patch({ op: 'add', path: 'members', value: [{ value: '@ID' }] }));
  await unknown('as a parent', 'PATCH', `/Structures/${place.id}`, other.id, replace('parent', { value: '@ID' }));

  await s.case('312 filters and links tell nothing of others', 'docs/scim-clients.md', async () => {
    for (const filter of ['userName eq "t-theirs"', 'emails.value eq "theirs@example.net"', 'userName eq "t-theirs" or userName sw "t-the"',
      `${OWN}:structures.siret eq "${there}"`, `${OWN}:habilitations.siret eq "${there}"`]) has(await a.found('/Users', filter), { totalResults: 0 });
    has(await a.found('/Groups', 'displayName eq "t-shared"'), { totalResults: 0 });
    has(await a.found('/Users', 'not (userName eq "x")'), { totalResults: 3 });
    has(await a.found('/Structures', `siret eq "${there}"`), { totalResults: 0 });
    has(await a.found('/Habilitations', `siret eq "${there}" or siret eq "${here}"`), { totalResults: 1 });
    assert.deepEqual((await a.found('/', 'meta.resourceType pr')).Resources.map((r) => r.id).sort(),
      [attached, made, mine, team, place.id, own.id, own.request.value, (await a.found('/Groups', 'displayName sw "soffi"')).Resources[0].id].sort());
    assert.deepEqual((await a.read(`/Users/${mine}`)).groups.map((g) => g.value), [team]);
    const shown = await a.read(`/Structures/${place.id}`);
    assert(!('managers' in shown) && ids(shown.members).join() === attached, 'its manager is somebody else’s');
    assert.deepEqual(ids((await s.read(`/Structures/${place.id}`)).managers), [boss]);
  });
  await s.case('313 members of others are neither shown nor lost', 'docs/scim-clients.md', async () => {
    await s.ok([200, 204], 'PATCH', `/Groups/${team}`, patch({ op: 'add', path: 'members', value: [{ value: theirs }] }));
    assert.deepEqual(ids((await a.read(`/Groups/${team}`)).members), [mine, made].sort());
    for (const op of [{ op: 'remove', path: `members[value eq "${theirs}"]` }, { op: 'remove', path: 'members', value: [{ value: theirs }] },
      { op: 'remove', path: 'members' }, { op: 'replace', path: 'members', value: [{ value: made }] }])
      await a.ok([200, 204], 'PATCH', `/Groups/${team}`, patch(op));
    await a.ok(200, 'PUT', `/Groups/${team}`, group('t-team', [made]));
    assert.deepEqual(ids((await a.read(`/Groups/${team}`)).members), [made]);
    assert.deepEqual(ids((await s.read(`/Groups/${team}`)).members), [made, theirs].sort());
  });
  await s.case('314 a manager from elsewhere is neither shown nor lost', 'docs/scim-clients.md', async () => {
    await s.ok(200, 'PATCH', `/Users/${mine}`, patch({ op: 'add', path: `${EXT}:manager`, value: { value: boss } }));
    assert(!(await a.read(`/Users/${mine}`))[EXT]?.manager);
    has(await a.found('/Users', `${EXT}:manager.value pr`), { totalResults: 0 });
    await a.ok(200, 'PUT', `/Users/${mine}`, user('t-mine', mail('mine@example.fr')));
    assert.equal((await s.read(`/Users/${mine}`))[EXT].manager.value, boss);
  });
  for (const address of ['x@example.net', 'x@sub.example.fr', 'x@example.fr.evil.com', 'x@notexample.fr', 'x@example.fr@example.net', 'x@EXAMPLE.NET'])
    await s.case(`315 the address ${address}`, 'docs/scim-clients.md', () => a.error([403, 400], null, 'POST', '/Users', user('t-new', mail(address))));
  await s.case('315 names in the form of foreign addresses', 'docs/scim-clients.md', async () => {
    await s.make('/Users', user('t-taken@example.net'));
    for (const name of ['t-free@example.net', 't-taken@example.net', 'T-TAKEN@example.net', 't-taken＠example.net']) await a.error(403, null, 'POST',
      '/Users', user(name, mail('n@example.fr')));
    await a.error(403, null, 'PATCH', `/Users/${made}`, replace('userName', 't-free@example.net'));
    await a.ok(201, 'POST', '/Users', user('t-new@example.fr', mail('new@EXAMPLE.fr')));
  });
  await s.case('315 nobody is lost by a change', 'docs/scim-clients.md', async () => {
    await a.error(403, null, 'PATCH', `/Users/${mine}`, patch({ op: 'remove', path: 'emails' }));
    await a.error(403, null, 'PUT', `/Users/${mine}`, user('t-mine'));
    await a.error(403, null, 'PATCH', `/Users/${attached}`, patch({ op: 'add', path: 'emails', value: [{ value: 'x@example.net', type: 'home' }] }));
    await a.ok(200, 'PATCH', `/Users/${attached}`, replace('title', 'Cheffe'));
    assert.equal((await s.read(`/Users/${mine}`)).emails.length, 1);
  });
  await s.case('316 a name taken elsewhere reads like one taken here', 'docs/scim-clients.md', async () => {
    const texts = async (path, ...bodies) => Promise.all(bodies.map(async (body) => JSON.stringify((await a.error(409, 'uniqueness', 'POST', path,
      body)).body)));
    for (const [path, elsewhere, mine_too] of [['/Users', user('t-theirs'), user('t-made')], ['/Groups', group('t-shared'), group('t-team')]]) {
      const [x, y] = await texts(path, elsewhere, mine_too);
      assert.equal(x, y);
    }
  });
  await s.case('317 structures that are not its own', 'docs/scim-clients.md', async () => {
    await a.error(403, null, 'POST', '/Structures', structure(there));
    await a.error(403, null, 'POST', '/Structures', structure(siret(BASE + 12)));
    await a.error(400, 'invalidValue', 'POST', '/Habilitations', habilitation(mine, 'consultation', there));
    await a.error(400, 'invalidValue', 'POST', '/AccessRequests', access_request(mine, 'consultation', siret(BASE + 99)));
    await a.ok(201, 'POST', '/Habilitations', habilitation(mine, 'consultation', here));
    await a.ok(200, 'PATCH', `/Structures/${place.id}`, replace('displayName', 'Ici même'));
  });
  await s.case('318 two with one domain do not share what they made', 'docs/scim-clients.md', async () => {
    const c = await s.client('agency-c', EVERYTHING, '--mail-domain', 'example.fr');
    assert(names(await c.read('/Users')).includes('t-mine') && !names(await c.read('/Users')).includes('t-made'));
    await c.error(404, null, 'GET', `/Users/${made}`);
    await c.error(404, null, 'GET', `/Groups/${team}`);
    await c.error(404, null, 'GET', `/Structures/${place.id}`);
  });
  await s.case('319 a wider token keeps what it made', 'docs/scim-clients.md', async () => {
    s.command('token', 'edit', 'agency-b', '--mail-domain', 'example.net,example.com');
    await until('the new domain', async () => names(await b.read('/Users')).includes('t-boss'));
    assert.deepEqual(names(await b.read('/Users')), ['t-attached', 't-boss', 't-theirs']);
    s.command('token', 'edit', 'agency-b', '--mail-domain', 'none');
    await until('no domain', async () => names(await b.read('/Users')).length > 3);
  });
}

async function limits(s) {
  const limited = await s.client('limited', 'users:read,users:write,groups:write', '--rate', '60', '--burst', '5');
  const spend = async () => { while ((await limited.send('GET', '/Users?count=0')).status === 200); };
  const refused = async (method, path, body) => {
    await spend();
    const answer = await limited.error(429, null, method, path, body);
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/, 'Retry-After in seconds');
    return answer;
  };
  await s.case('320 more than the burst is 429', '6585 s4, 7644 s3.12', async () => {
    const before = await s.metric('habilitd_clients_rate_limited_total');
    for (const [method, path, body] of [['GET', '/Users'], ['GET', `/Users/${NOBODY}`], ['POST', '/Users', user('l-x')],
      ['PATCH', `/Users/${NOBODY}`, replace('title', 'x')], ['DELETE', `/Groups/${NOBODY}`], ['POST', '/Bulk', { schemas: [BULK], Operations: [] }],
      ['GET', '/Schemas'], ['GET', '/nope']])
      await refused(method, path, body);
    assert(await s.metric('habilitd_clients_rate_limited_total') >= before + 8);
    const log = readFileSync(join(s.stack.demo.log_dir, 'habilitd.log'), 'utf8');
    assert.equal(log.match(/client\.rate-limited/g)?.length, 1, 'the log names the client once a minute');
  });
  await s.case('321 others are served meanwhile', '6585 s4', async () => {
    await s.ok(200, 'GET', '/Users?count=0');
    await limited.ok(200, 'GET', '/ServiceProviderConfig', undefined, { Authorization: '' });
  });
  await s.case('322 it comes back after Retry-After', '9110 s10.2.3', async () => {
    const { headers } = await refused('GET', '/Users');
    await sleep(Number(headers.get('retry-after')) * 1000 + 50);
    await limited.ok(200, 'GET', '/Users?count=0');
  });
  await s.case('323 a bulk request counts as one', 'docs/scim-clients.md', async () => {
    await sleep(3100);
    const operations = Array.from({ length: 50 }, () => ({ method: 'DELETE', path: `/Users/${NOBODY}` }));
    for (let i = 0; i < 2; i++) assert((await limited.ok(200, 'POST', '/Bulk',
      { schemas: [BULK], Operations: operations })).body.Operations.every((o) => o.status === '404'));
  });
  await s.case('324 20 at once: the burst and no more', '6585 s4', async () => {
    const fast = await s.client('limited-2', 'users:read', '--rate', '60', '--burst', '10');
    await sleep(1100);
    const begun = Date.now();
    const statuses = (await times(20, () => fast.send('GET', '/Users?count=0'))).map((r) => r.status);
    const served = statuses.filter((x) => x === 200).length;
    assert(served >= 10 && served <= 11 + (Date.now() - begun) / 1000 && statuses.every((x) => [200, 429].includes(x)), statuses.join(' '));
  });
  await s.case('325 AuthZEN is limited alike', 'docs/scim-clients.md', async () => {
    const asking = await s.client('limited-3', 'decisions', '--rate', '60', '--burst', '2');
    const ask = () => fetch(`${s.stack.demo.authzen_url}/evaluation`,
      { method: 'POST', headers: { ...asking.own_headers, 'Content-Type': 'application/json' }, body: '{}' });
    const statuses = (await times(6, ask)).map((r) => r.status);
    assert(statuses.includes(429), statuses.join(' '));
  });
}

async function ends(s) {
  const invalid = async (client, method = 'GET', path = '/Users?count=0', body = undefined) => {
    const { headers } = await client.error(401, null, method, path, body);
    assert.match(headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/);
  };
  await s.case('330 an expired token', '6750 s3.1, 7644 s2', async () => {
    const end = new Date(Date.now() + 6000).toISOString().replace(/\.\d+/, '');
    const client = await s.client('expiring', EVERYTHING, '--expires', end);
    await client.ok(200, 'GET', '/Users?count=0');
    await until('its end', async () => (await client.send('GET', '/Users?count=0')).status === 401, 12000);
    assert(Date.now() >= Date.parse(end) - 50, 'not before its end');
    for (const [method, path, body] of [['GET', '/Users?count=0'], ['POST', '/Users', user('e-x')], ['POST', '/Bulk', { schemas: [BULK], Operations: [] }],
      ['GET', '/Schemas'], ['GET', '/nope'], ['POST', '/Events', {}], ['GET', `/Events/${'0'.repeat(32)}`]]) await invalid(client, method, path, body);
  });
  await s.case('331 a revoked token', '6750 s3.1, 7644 s2', async () => {
    const client = await s.client('revoked', EVERYTHING), other = await s.client('kept', EVERYTHING);
    await client.ok(200, 'GET', '/Users?count=0');
    s.command('token', 'revoke', 'revoked');
    await until('its revocation', async () => (await client.send('GET', '/Users?count=0')).status === 401);
    await invalid(client);
    await other.ok(200, 'GET', '/Users?count=0');
    assert(!s.command('token', 'list').includes('revoked'));
  });
  await s.case('332 scopes that were taken away', '7644 s2', async () => {
    const client = await s.client('shrinking', 'users:write');
    await client.ok(200, 'GET', '/Users?count=0');
    s.command('token', 'edit', 'shrinking', '--scope', 'groups:read');
    await until('the change', async () => (await client.send('GET', '/Users?count=0')).status === 403);
    await client.ok(200, 'GET', '/Groups?count=0');
    await client.error(403, null, 'POST', '/Users', user('e-y'));
  });
  for (const [what, change] of [['of another case', (t) => t.replace(/[a-z]/, (c) => c.toUpperCase())], ['cut', (t) => t.slice(0, -1)],
    ['longer', (t) => `${t}x`], ['of 600 characters', () => 'a'.repeat(600)], ['like a JWT', () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.']])
    await s.case(`333 a token ${what}`, '6750 s3.1', async () => {
      const { token } = s;
      await s.error(401, null, 'GET', '/Users?count=0', undefined, { Authorization: `Bearer ${change(token)}` });
    });
  await s.case('334 secrets are not told again', 'docs/scim.md', async () => {
    for (const said of [s.command('token', 'list'), s.command('token', 'show', s.name), readFileSync(join(s.stack.demo.log_dir, 'habilitd.log'), 'utf8'),
      readFileSync(join(s.stack.demo.log_dir, 'access.log'), 'utf8')]) assert(!said.includes(s.token));
  });
}

export async function clients(all) {
  const s = await all.client('central', EVERYTHING);
  for (const part of [scopes, agencies, limits, ends]) await part(s);
}
