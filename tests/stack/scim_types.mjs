// docs/scim-resources.md: structures, habilitations, requests and the User extension.
import { strict as assert } from 'node:assert';
import { BULK, EVERYTHING, HABILITATION, NOBODY, OWN, REQUEST, SEARCH, STRUCTURE, access_request, enc, group, habilitation, has, ids, patch, siret,
  structure, times, user }
  from './scim_suite.mjs';

const replace = (path, value) => patch({ op: 'replace', path, value });
const decide = (value, more) => patch({ op: 'add', path: 'decision', value: { value, ...more } });
const days = (n) => new Date(Math.floor(Date.now() / 1000 + n * 86400) * 1000).toISOString().replace('.000Z', 'Z');
const member = (op, path, ...people) => patch({ op, path, value: people.map((value) => ({ value })) });
const BASE = 1000; // SIRETs of these tests

// What every type must do alike (RFC 7644 s3.2 to s3.14). `body` makes the same resource for the same number.
async function alike(s, { type, path, make, change, body, other, sort, one }) {
  await s.case(`201 ${type}: create, read, HEAD`, '7644 s3.3, s3.4.1', async () => {
    const { body: made, headers } = await s.ok(201, 'POST', path, await body());
    assert.equal(headers.get('location'), made.meta.location);
    assert.equal(headers.get('etag'), made.meta.version);
    assert.match(headers.get('content-type'), /^application\/scim\+json/);
    assert.equal(made.meta.resourceType, type);
    assert(made.meta.location.endsWith(`/scim/v2${path}/${made.id}`));
    const read = await s.ok(200, 'GET', `${path}/${made.id}`);
    assert.deepEqual(read.body, made);
    const head = await s.ok(200, 'HEAD', `${path}/${made.id}`);
    assert.equal(head.body, null);
    assert.equal(head.headers.get('etag'), made.meta.version);
  });
  await s.case(`202 ${type}: If-None-Match`, '7644 s3.14', async () => {
    const { id, meta } = await make();
    for (const tag of [meta.version, meta.version.replace('W/', ''), `W/"x", ${meta.version}`, '*'])
      for (const method of ['GET', 'HEAD']) {
        const answer = await s.ok(304, method, `${path}/${id}`, undefined, { 'If-None-Match': tag });
        assert.equal(answer.body, null);
        assert.equal(answer.headers.get('etag'), meta.version);
      }
    await s.ok(200, 'GET', `${path}/${id}`, undefined, { 'If-None-Match': 'W/"x"' });
  });
  await s.case(`203 ${type}: If-Match`, '7644 s3.14', async () => {
    const { id, meta } = await make();
    const at = `${path}/${id}`, was = await s.read(at);
    await s.error(412, null, 'PATCH', at, change, { 'If-Match': 'W/"stale"' });
    await s.error(412, null, 'PUT', at, was, { 'If-Match': 'W/"stale", "other"' });
    assert.deepEqual(await s.read(at), was, 'nothing changed');
    const { body: now } = await s.ok(200, 'PATCH', at, change, { 'If-Match': `"x", ${meta.version}` });
    assert.notEqual(now.meta.version, meta.version);
    await s.error(412, null, 'PATCH', at, change, { 'If-Match': meta.version });
    await s.ok(200, 'PUT', at, now, { 'If-Match': '*' });
  });
  await s.case(`204 ${type}: what was read can be PUT back`, '7644 s3.5.1', async () => {
    const { id } = await make();
    const was = await s.read(`${path}/${id}`);
    assert.deepEqual((await s.ok(200, 'PUT', `${path}/${id}`, was)).body, was);
  });
  for (const [method, send] of [['GET'], ['HEAD'], ['PUT', () => body()], ['PATCH', () => change], ...(type === 'AccessRequest' ? [] : [['DELETE']])])
    for (const id of [NOBODY, `h-${NOBODY}`, 'x', '%2e', '*', ')(cn=*', other])
      await s.case(`205 ${type}: ${method} of ${id === other ? 'another type' : id}`, '7644 s3.12', async () => {
        const answer = await s.send(method, `${path}/${id === '%2e' ? '%252e' : enc(id)}`, await send?.());
        assert.equal(answer.status, 404, JSON.stringify(answer.body));
        if (method !== 'HEAD') s.check_error(answer, 404);
      });
  await s.case(`205 ${type}: deeper paths`, '7644 s3.12', async () => {
    for (const deep of [`${path}/a/b`, `${path}/a/b/c`, `${path}/a/.search`]) await s.error(404, null, 'GET', deep);
  });
  const collection = 'GET, HEAD, POST, OPTIONS', resource = `GET, HEAD, PUT, PATCH${type === 'AccessRequest' ? '' : ', DELETE'}, OPTIONS`;
  for (const [method, at, allow] of [['PUT', path, collection], ['PATCH', path, collection], ['DELETE', path, collection],
    ['POST', `${path}/${NOBODY}`, resource],
    ['GET', `${path}/.search`, 'POST, OPTIONS'], ['PUT', `${path}/.search`, 'POST, OPTIONS'], ['DELETE', `${path}/.search`, 'POST, OPTIONS'],
    ...(type === 'AccessRequest' ? [['DELETE', `${path}/${NOBODY}`, resource]] : [])])
    await s.case(`206 ${type}: ${method} ${at}`, '9110 s15.5.6', async () =>
      assert.equal((await s.error(405, null, method, at, ['GET', 'DELETE'].includes(method) ? undefined : {})).headers.get('allow'), allow));
  await s.case(`206 ${type}: OPTIONS`, '9110 s9.3.7', async () => {
    assert.equal((await s.ok(204, 'OPTIONS', path)).headers.get('allow'), collection);
    assert.equal((await s.ok(204, 'OPTIONS', `${path}/${NOBODY}`)).headers.get('allow'), resource);
  });
  await s.case(`207 ${type}: paging and totals`, '7644 s3.4.2.4', async () => {
    await make();
    const only = `filter=${enc(one)}&${sort}`;
    const all = await s.read(`${path}?${only}&count=1000`);
    assert(all.totalResults > 2 && all.Resources.length === all.totalResults, `${all.totalResults}`);
    const walked = [];
    for (let start = 1; start <= all.totalResults; start += 2) {
      const page = await s.read(`${path}?${only}&startIndex=${start}&count=2`);
      has(page, { totalResults: all.totalResults, startIndex: start, itemsPerPage: page.Resources.length });
      walked.push(...page.Resources.map((r) => r.id));
    }
    assert.deepEqual(walked, all.Resources.map((r) => r.id));
    assert.deepEqual((await s.read(`${path}?${only}&count=0`)).Resources, []);
    assert.deepEqual((await s.read(`${path}?${only}&startIndex=${all.totalResults + 1}`)).Resources, []);
    const down = await s.read(`${path}?${only}&count=1000&sortOrder=descending`);
    assert.equal(down.totalResults, all.totalResults);
  });
  await s.case(`208 ${type}: a walk by cursors`, '9865 s2', async () => {
    const only = `filter=${enc(one)}&count=2`;
    const { totalResults } = await s.read(`${path}?${only}`);
    const seen = new Set();
    for (let cursor = '', pages = 0; cursor !== undefined; pages++) {
      assert(pages <= totalResults);
      const page = await s.read(`${path}?${only}&cursor=${cursor}`);
      assert.equal(page.totalResults, totalResults);
      for (const { id } of page.Resources) {
        assert(!seen.has(id));
        seen.add(id);
      }
      cursor = page.nextCursor;
    }
    assert.equal(seen.size, totalResults);
    await s.error(400, 'invalidCursor', 'GET', `${path}?cursor=nope&count=2`);
  });
  await s.case(`209 ${type}: search by POST says what GET says`, '7644 s3.4.3', async () => {
    const search = { schemas: [SEARCH], filter: one, sortBy: 'meta.created', startIndex: 2, count: 2, attributes: ['meta.version'] };
    const { body: posted } = await s.ok(200, 'POST', `${path}/.search`, search);
    const got = await s.read(`${path}?filter=${enc(one)}&sortBy=meta.created&startIndex=2&count=2&attributes=meta.version`);
    assert.deepEqual(posted, got);
    assert.deepEqual(Object.keys(posted.Resources[0]).sort(), ['id', 'meta', 'schemas']);
    await s.error(400, ['invalidSyntax', 'invalidValue'], 'POST', `${path}/.search`, { ...search, schemas: [] });
    await s.error(400, 'invalidFilter', 'POST', `${path}/.search`, { ...search, filter: 'state eq' });
  });
  await s.case(`210 ${type}: projection`, '7644 s3.9', async () => {
    const { id } = await make();
    const keys = async (query, keep = ['id', 'schemas']) => Object.keys(await s.read(`${path}/${id}?${query}`)).filter((k) => !keep.includes(k)).sort();
    assert.deepEqual(await keys('attributes=meta'), ['meta']);
    assert.deepEqual(await keys('attributes=siret'), ['siret']);
    assert.deepEqual(await keys('attributes=SIRET,Meta.Location'), ['meta', 'siret']);
    assert(!(await keys('excludedAttributes=siret,meta,id,schemas', [])).some((k) => ['siret', 'meta'].includes(k)));
    assert((await keys('excludedAttributes=id,schemas', [])).includes('id'), 'id is always returned');
    await s.error(400, 'invalidValue', 'GET', `${path}/${id}?attributes=siret&excludedAttributes=meta`);
    const changed = (await s.ok(200, 'PATCH', `${path}/${id}?attributes=siret`, change)).body;
    assert.deepEqual(Object.keys(changed).sort(), ['id', 'schemas', 'siret']);
  });
  for (const filter of ['nope eq "x"', 'siret eq', 'siret eq 7', 'userName eq "x"', 'siret xx "x"', '(siret pr', 'siret pr)', ''])
    await s.case(`211 ${type}: the filter ${filter || '(empty)'}`, '7644 s3.4.2.2',
      () => s.error(400, 'invalidFilter', 'GET', `${path}?filter=${enc(filter)}`));
  for (const query of ['sortBy=nope', 'sortBy=siret&sortOrder=sideways', 'count=x', 'startIndex=x'])
    await s.case(`211 ${type}: ${query}`, '7644 s3.4.2', () => s.error(400, ['invalidValue', 'invalidPath'], 'GET', `${path}?${query}`));
  await s.case(`212 ${type}: its schema and resource type`, '7644 s4', async () => {
    const described = await s.read(`/ResourceTypes/${type}`);
    assert.equal(described.endpoint, path);
    const schema = await s.read(`/Schemas/${described.schema}`);
    const { id } = await make();
    const known = new Set(schema.attributes.map((a) => a.name));
    for (const name of Object.keys(await s.read(`${path}/${id}`)))
      assert(known.has(name) || ['id', 'externalId', 'meta', 'schemas'].includes(name), `${name} is in no schema`);
  });
  for (const [what, wrong] of [['no schemas', { schemas: undefined }], ['a foreign schema', { schemas: ['urn:nope'] }],
    ['an unknown attribute', { nope: 1 }], ['siret: a number', { siret: 7 }], ['siret: null', { siret: null }]])
    await s.case(`213 ${type}: ${what}`, '7643 s3', async () => s.error(400, ['invalidSyntax', 'invalidValue'], 'POST', path, { ...await body(), ...wrong }));
  for (const [what, text] of [['truncated', '{"schemas":['], ['a list', '[]'], ['empty', ' '], ['a repeated key', `{"siret":"1","siret":"2"}`]])
    await s.case(`213 ${type}: a body that is ${what}`, '7644 s3.12', () => s.error(400, ['invalidSyntax', 'invalidValue'], 'POST', path, text));
}

async function structures(s, people) {
  const [alice, bob, boss] = people;
  let number = BASE;
  const make = (more) => s.make('/Structures', structure(siret(number++), more));
  const mine = (more = 'siret pr') => `siret sw "${siret(BASE).slice(0, 9)}" and (${more})`;
  await alike(s, { type: 'Structure', path: '/Structures', make: () => make({ displayName: `S${number}` }), change: replace('displayName', 'Changed'),
    body: async () => structure(siret(number++)), other: alice, sort: 'sortBy=siret', one: mine() });

  for (const wrong of ['', ' ', '7328293200007', '73282932000075', '00000000000000', '732829320000740', 'x', '7328293200007\u0000', '*)(cn=*',
    '73282932000074,ou=people', '٠٦٧', '<script>', '35600000000011'])
    await s.case(`220 the SIRET ${JSON.stringify(wrong)}`, '7643 s2.2',
      () => s.error(400, ['invalidValue', 'invalidSyntax'], 'POST', '/Structures', structure(wrong)));
  await s.case('221 La Poste has sums of its own', 'docs/scim-resources.md', async () => {
    const { body } = await s.ok(201, 'POST', '/Structures', structure('35600000000010'));
    await s.ok(204, 'DELETE', `/Structures/${body.id}`);
  });
  await s.case('222 a SIRET is unique, however it is written', '7644 s3.3', async () => {
    const { siret: taken } = await make();
    for (const same of [taken, taken.replace(/^(...)(...)(...)/, '$1 $2 $3 '), ` ${taken} `]) await s.error(409, 'uniqueness', 'POST', '/Structures',
      structure(same));
  });
  await s.case('223 a SIRET is fixed', '7643 s2.2', async () => {
    const { id, siret: is } = await make();
    await s.error(400, 'mutability', 'PUT', `/Structures/${id}`, structure(siret(number++)));
    await s.error(400, 'invalidValue', 'PUT', `/Structures/${id}`, { schemas: [STRUCTURE], displayName: 'x' });
    for (const op of [{ op: 'replace', path: 'siret', value: siret(number++) }, { op: 'add', path: 'siret', value: siret(number++) },
      { op: 'remove', path: 'siret' }, { op: 'replace', value: { siret: siret(number++) } },
      { op: 'replace', path: `${STRUCTURE}:siret`, value: siret(number++) }])
      await s.error(400, 'mutability', 'PATCH', `/Structures/${id}`, patch(op));
    assert.equal((await s.read(`/Structures/${id}`)).siret, is);
    await s.ok(200, 'PUT', `/Structures/${id}`, structure(is));
  });
  await s.case('224 PUT clears what it leaves out, but not people nor active', '7644 s3.5.1', async () => {
    const parent = await make();
    const { id, siret: is } = await make({ displayName: 'N', externalId: 'E', parent: { value: parent.id }, active: false, managers: [{ value: boss }],
      members: [{ value: alice }] });
    const { body } = await s.ok(200, 'PUT', `/Structures/${id}`, structure(is));
    assert(!('displayName' in body) && !('externalId' in body) && !('parent' in body));
    has(body, { active: false });
    assert.deepEqual([ids(body.managers), ids(body.members)], [[boss], [alice]]);
    const emptied = await s.ok(200, 'PUT', `/Structures/${id}`, structure(is, { members: [], displayName: 'N2', active: true }));
    has(emptied.body, { displayName: 'N2', active: true });
    assert(!('members' in emptied.body) && emptied.body.managers.length === 1);
  });
  await s.case('225 PATCH of what it says', '7644 s3.5.2', async () => {
    const parent = await make({ displayName: 'Above' });
    const { id } = await make();
    const after = async (...operations) => (await s.ok(200, 'PATCH', `/Structures/${id}`, patch(...operations))).body;
    has(await after({ op: 'add', path: 'displayName', value: 'Zoé & Cie' }, { op: 'add', path: 'externalId', value: 'X-1' }),
      { displayName: 'Zoé & Cie', externalId: 'X-1' });
    has(await after({ op: 'add', value: { displayName: 'P', parent: { value: parent.id } } }), { displayName: 'P' });
    const shown = await s.read(`/Structures/${id}?attributes=parent`);
    assert.deepEqual([shown.parent.value, shown.parent.display], [parent.id, 'Above']);
    assert(shown.parent.$ref.endsWith(`/Structures/${parent.id}`));
    const was = await s.read(`/Structures/${id}`);
    assert.deepEqual(await after({ op: 'replace', path: 'displayName', value: 'P' }, { op: 'remove', path: 'members' }), was,
      'nothing to do keeps version and date');
    const bare = await after({ op: 'remove', path: 'parent' }, { op: 'remove', path: 'displayName' }, { op: 'remove', path: 'externalId' });
    assert(!('parent' in bare) && !('displayName' in bare) && !('externalId' in bare));
    await s.error(400, ['invalidPath', 'noTarget', 'invalidSyntax'], 'PATCH', `/Structures/${id}`,
      patch({ op: 'replace', path: 'displayName', value: 'lost' }, { op: 'replace', path: 'nope', value: 1 }));
    assert(!('displayName' in await s.read(`/Structures/${id}`)), 'atomic');
    for (const [path, value] of [['id', 'x'], ['meta.created', days(-1)], ['meta', {}]]) await s.error(400, 'mutability', 'PATCH', `/Structures/${id}`,
      replace(path, value));
    for (const [path, value] of [['active', 'yes'], ['displayName', 7], ['parent', 'x'], ['parent', { value: NOBODY }], ['parent', { value: alice }],
      ['parent', { value: id }], ['members', 'x'], ['members', [{ value: 7 }]]])
      await s.error(400, ['invalidValue', 'invalidSyntax'], 'PATCH', `/Structures/${id}`, replace(path, value));
  });
  await s.case('226 no structure stands below itself', 'docs/scim-resources.md', async () => {
    const a = await make(), b = await make({ parent: { value: a.id } }), c = await make({ parent: { value: b.id } });
    for (const below of [a, b, c]) await s.error(400, 'invalidValue', 'PATCH', `/Structures/${a.id}`, replace('parent', { value: below.id }));
    await s.error(400, 'invalidValue', 'PUT', `/Structures/${a.id}`, structure(a.siret, { parent: { value: c.id } }));
  });
  await s.case('227 people come and go one by one', '7644 s3.5.2', async () => {
    const team = (await s.make('/Groups', group('s227'))).id;
    const { id } = await make();
    const now = async (body) => ids((await s.ok(200, 'PATCH', `/Structures/${id}`, body)).body.members);
    const both = [alice, bob].sort();
    assert.deepEqual(await now(member('add', 'members', alice)), [alice]);
    assert.deepEqual(await now(member('add', 'members', alice)), [alice]);
    assert.deepEqual(await now(patch({ op: 'add', path: 'members', value: { value: bob } })), both);
    assert.deepEqual(await now(patch({ op: 'remove', path: `members[value eq "${NOBODY}"]` })), both);
    assert.deepEqual(await now(member('remove', 'members', bob)), [alice]);
    assert.deepEqual(await now(patch({ op: 'add', value: { members: [{ value: bob }] } })), both);
    assert.deepEqual(await now(patch({ op: 'remove', path: `members[value eq "${alice}"]` })), [bob]);
    assert.deepEqual(await now(member('replace', 'members', alice)), [alice]);
    assert.deepEqual(await now(member('replace', 'members')), []);
    assert.deepEqual(await now(patch({ op: 'add', path: 'members', value: [{ value: alice }, { value: bob }] },
      { op: 'remove', path: `members[value eq "${bob}"]` })), [alice]);
    assert.deepEqual(await now(patch({ op: 'remove', path: 'members' })), []);
    for (const wrong of [NOBODY, team, id, 'cn=habilitd', '*'])
      await s.error(400, ['invalidValue', 'invalidSyntax'], 'PATCH', `/Structures/${id}`, member('add', 'members', wrong));
    await s.error(400, 'mutability', 'PATCH', `/Structures/${id}`, replace(`members[value eq "${alice}"].value`, bob));
    const shown = (await s.ok(200, 'PATCH', `/Structures/${id}?attributes=members`, member('add', 'members', alice))).body.members[0];
    assert(shown.$ref.endsWith(`/Users/${alice}`) && shown.value === alice);
    assert.deepEqual((await s.read(`/Users/${alice}`))[OWN].structures.map((x) => x.value).filter((x) => x === id), [id]);
  });
  await s.case('227 a member with an empty id', 'scim.md', async () => s.error(400, ['invalidValue', 'invalidSyntax'], 'PATCH',
    `/Structures/${(await make()).id}`, member('add', 'members', '')));
  await s.case('228 a structure that has a manager keeps one', 'docs/scim-resources.md', async () => {
    const { id } = await make({ managers: [{ value: boss }] });
    const last = async (body) => assert.match((await s.error(403, null, 'PATCH', `/Structures/${id}`, body)).body.detail, /last-manager/);
    await last(patch({ op: 'remove', path: 'managers' }));
    await last(patch({ op: 'remove', path: `managers[value eq "${boss}"]` }));
    await last(member('remove', 'managers', boss));
    await last(member('replace', 'managers'));
    assert.deepEqual(ids((await s.ok(200, 'PATCH', `/Structures/${id}`, member('add', 'managers', alice))).body.managers), [alice, boss].sort());
    assert.deepEqual(ids((await s.ok(200, 'PATCH', `/Structures/${id}`, member('remove', 'managers', boss))).body.managers), [alice]);
    assert.deepEqual(ids((await s.ok(200, 'PATCH', `/Structures/${id}`, member('replace', 'managers', bob))).body.managers), [bob]);
    const is = (await s.read(`/Structures/${id}`)).siret;
    await s.error(403, null, 'PUT', `/Structures/${id}`, structure(is, { managers: [] }));
    assert.deepEqual(ids((await s.read(`/Structures/${id}`)).managers), [bob]);
  });
  await s.case('229 naming managers demands grant:*', 'docs/scim-resources.md', async () => {
    const clerk = await s.client('types-clerk', 'structures:write,grant:soffi.consultation');
    const { id } = await make({ managers: [{ value: boss }] });
    for (const body of [member('add', 'managers', alice), member('replace', 'managers', alice),
      patch({ op: 'add', value: { managers: [{ value: alice }] } })])
      await clerk.error(403, null, 'PATCH', `/Structures/${id}`, body);
    await clerk.ok(200, 'PATCH', `/Structures/${id}`, member('replace', 'managers', boss));
    await clerk.ok(200, 'PATCH', `/Structures/${id}`, member('add', 'members', alice));
    await clerk.error(403, null, 'POST', '/Structures', structure(siret(number++), { managers: [{ value: bob }] }));
    await clerk.ok(201, 'POST', '/Structures', structure(siret(number++)));
  });
  await s.case('230 closing cancels what is asked for', 'docs/scim-resources.md', async () => {
    const at = await make({ managers: [{ value: boss }] });
    const held = await s.make('/Habilitations', habilitation(alice, 'consultation', at.siret));
    const asked = await s.make('/AccessRequests', access_request(bob, 'consultation', at.siret));
    has((await s.ok(200, 'PATCH', `/Structures/${at.id}`, replace('active', false))).body, { active: false });
    const now = await s.read(`/AccessRequests/${asked.id}`);
    has(now, { state: 'cancelled' });
    assert.equal(now.history.at(-1).reason, 'structure-closed');
    await s.error(403, null, 'POST', '/AccessRequests', access_request(bob, 'consultation', at.siret));
    has(await s.read(`/Habilitations/${held.id}`), { state: 'active' });
    has((await s.ok(200, 'PUT', `/Structures/${at.id}`, structure(at.siret))).body, { active: false });
    has((await s.ok(200, 'PATCH', `/Structures/${at.id}`, replace('active', true))).body, { active: true });
    await s.ok(201, 'POST', '/AccessRequests', access_request(bob, 'consultation', at.siret));
  });
  await s.case('231 it is deleted when nobody holds anything there', 'docs/scim-resources.md, 7644 s3.6', async () => {
    const at = await make();
    const held = await s.make('/Habilitations', habilitation(alice, 'consultation', at.siret));
    const asked = await s.make('/AccessRequests', access_request(bob, 'consultation', at.siret));
    await s.error(409, null, 'DELETE', `/Structures/${at.id}`);
    await s.ok(204, 'DELETE', `/Habilitations/${held.id}`);
    await s.error(412, null, 'DELETE', `/Structures/${at.id}`, undefined, { 'If-Match': 'W/"stale"' });
    assert.equal((await s.ok(204, 'DELETE', `/Structures/${at.id}`)).body, null);
    for (const [method, body] of [['DELETE'], ['GET'], ['PUT', structure(at.siret)], ['PATCH', replace('displayName', 'x')]]) await s.error(404, null,
      method, `/Structures/${at.id}`, body);
    has(await s.read(`/AccessRequests/${asked.id}`), { state: 'cancelled' });
    await s.error(400, 'invalidValue', 'POST', '/Habilitations', habilitation(alice, 'consultation', at.siret));
    assert.notEqual((await s.make('/Structures', structure(at.siret))).id, at.id);
  });
  await s.case('232 structures are found', '7644 s3.4.2.2', async () => {
    const a = await make({ displayName: 'Filtrée A', managers: [{ value: boss }], members: [{ value: alice }], externalId: 'f232' });
    const b = await make({ displayName: 'filtrée b', parent: { value: a.id }, members: [{ value: alice }, { value: bob }] });
    const c = await make({ displayName: 'Filtrée C', active: false });
    const both = `(siret eq "${a.siret}" or siret eq "${b.siret}" or siret eq "${c.siret}")`;
    for (const [filter, expected] of [['displayName eq "FILTRÉE a"', [a]], ['displayName sw "filtrée"', [a, b, c]], [`id eq "${b.id}"`, [b]],
      [`id eq "${b.id.toUpperCase()}"`, []], ['externalId eq "f232"', [a]], ['externalId eq "F232"', []],
      [`members.value eq "${alice}"`, [a, b]], [`members eq "${bob}"`, [b]], [`members[value eq "${bob}"]`, [b]], [`managers.value eq "${boss}"`, [a]],
      [`managers.value eq "${alice}"`, []], ['not (managers pr)', [b, c]],
      ['active eq false', [c]], ['active eq true and parent pr', [b]], [`parent.value eq "${a.id}"`, [b]], ['parent.display eq "filtrée a"', [b]],
      [`siret gt "${a.siret}"`, [b, c]], [`siret ne "${a.siret}"`, [b, c]],
      [`siret ew "${c.siret.slice(6)}"`, [c]], [`${STRUCTURE}:siret eq "${a.siret}"`, [a]], [`schemas eq "${STRUCTURE}"`, [a, b, c]],
      ['meta.resourceType eq "Structure"', [a, b, c]], ['meta.created gt "2020-01-01T00:00:00Z"', [a, b, c]],
      [`(members.value eq "${bob}" or active eq false) and not (displayName co "C")`, [b]]]) {
      const { Resources = [] } = await s.found('/Structures', `${both} and (${filter})`);
      assert.deepEqual(Resources.map((r) => r.id).sort(), expected.map((r) => r.id).sort(), filter);
    }
    const by = async (query) => (await s.read(`/Structures?filter=${enc(both)}&${query}`)).Resources.map((r) => r.id);
    assert.deepEqual(await by('sortBy=displayName'), [a.id, b.id, c.id]);
    assert.deepEqual(await by('sortBy=displayName&sortOrder=descending'), [c.id, b.id, a.id]);
    assert.deepEqual(await by('sortBy=siret&sortOrder=descending'), [c.id, b.id, a.id]);
    const [lean] = (await s.read(`/Structures?filter=${enc(`id eq "${a.id}"`)}&excludedAttributes=members,managers`)).Resources;
    assert(!('members' in lean) && !('managers' in lean) && lean.displayName === 'Filtrée A');
  });
}

async function habilitations(s, people) {
  const [alice, bob, boss] = people;
  let number = BASE + 2000;
  const place = await s.make('/Structures', structure(siret(number++), { displayName: 'Habil', managers: [{ value: boss }] }));
  const fresh = () => s.person(`h-${number++}`);
  const grant = async (person, role = 'consultation', more) => s.make('/Habilitations', habilitation(person, role, place.siret, more));
  await alike(s, { type: 'Habilitation', path: '/Habilitations', make: async () => grant(await fresh()), change: replace('until', days(30)),
    body: async () => habilitation(await fresh(), 'consultation', place.siret),
    other: place.id, sort: 'sortBy=person.value', one: `siret eq "${place.siret}"` });

  await s.case('240 a grant, and what shows it', 'docs/scim-resources.md', async () => {
    const person = await fresh(), until = days(100);
    const made = await grant(person, 'consultation', { until });
    has(made, { application: 'soffi', role: 'consultation', siret: place.siret, state: 'active', until });
    assert(made.person.value === person && made.person.$ref.endsWith(`/Users/${person}`));
    assert(made.structure.value === place.id && made.structure.display === 'Habil');
    assert(made.since && made.grantedBy.value && made.request.$ref.endsWith(`/AccessRequests/${made.request.value}`));
    const [groups] = (await s.found('/Groups', `displayName eq "soffi.consultation.${place.siret}"`)).Resources;
    assert(ids(groups.members).includes(person));
    const held = (await s.read(`/Users/${person}`))[OWN].habilitations;
    assert.equal(held.length, 1);
    has(held[0], { application: 'soffi', role: 'consultation', siret: place.siret, until });
    const record = await s.read(`/AccessRequests/${made.request.value}`);
    has(record, { state: 'active', direct: true, role: 'consultation' });
    assert.equal(record.history[0].type, 'granted');
    await s.error(404, null, 'GET', `/Habilitations/${made.request.value}`);
    await s.error(404, null, 'GET', `/AccessRequests/${made.id}`);
    assert(s.stack.ldap(`(cn=soffi.consultation.${place.siret})`, undefined,
      ['member']).includes(s.stack.ldap(`(entryUUID=${person})`, undefined, ['1.1']).match(/^dn: (.*)$/m)[1]), 'the directory has it');
  });
  await s.case('241 SCIM cannot grant what policy forbids', 'docs/scim-resources.md', async () => {
    const person = await fresh();
    const forbidden = async (role, rule) => assert.match((await s.error(403, null, 'POST', '/Habilitations',
      habilitation(person, role, place.siret))).body.detail, new RegExp(`Reason: ${rule}`));
    await forbidden('saisie', 'req-missing-prerequisite');
    await forbidden('gestionnaire', 'manager-role-needs-second-stage');
    await grant(person);
    await grant(person, 'saisie');
    await forbidden('validation', 'sod-exclusive');
    await s.error(409, 'uniqueness', 'POST', '/Habilitations', habilitation(person, 'saisie', place.siret));
    await s.count(`/Habilitations?filter=${enc(`person.value eq "${person}"`)}`, 2);
  });
  await s.case('242 a group that confers a role is no back door', 'scim.md', async () => {
    const [holder, other] = [await fresh(), await fresh()];
    await grant(holder);
    await grant(holder, 'saisie');
    const [doors] = (await s.found('/Groups', `displayName eq "soffi.saisie.${place.siret}"`)).Resources;
    const at = `/Groups/${doors.id}`;
    assert.match((await s.error(403, null, 'PATCH', at, member('add', 'members', other))).body.detail, /req-missing-prerequisite/);
    await s.error(403, null, 'PATCH', at, patch({ op: 'add', path: 'members', value: [{ value: other }] },
      { op: 'remove', path: `members[value eq "${holder}"]` }));
    assert(ids((await s.read(at)).members).includes(holder), 'the whole request is refused');
    await grant(other);
    await s.ok([200, 204], 'PATCH', at, member('add', 'members', other));
    const [record] = (await s.found('/Habilitations', `person.value eq "${other}" and role eq "saisie"`)).Resources;
    has(await s.read(`/AccessRequests/${record.request.value}`), { direct: true, state: 'active' });
    await s.ok([200, 204], 'PATCH', at, patch({ op: 'remove', path: `members[value eq "${other}"]` }));
    await s.error(404, null, 'GET', `/Habilitations/${record.id}`);
    has(await s.read(`/AccessRequests/${record.request.value}`), { state: 'ended' });
  });
  for (const [what, change] of [['an unknown person', { person: { value: NOBODY } }], ['a filter for a person', { person: { value: '*)(uid=*' } }],
    ['a structure for a person', { person: { value: place.id } }], ['no person', { person: undefined }],
    ['an empty person', { person: {} }], ['a person as text', { person: 'x' }], ['a role that is none', { role: 'nope' }],
    ['a path for a role', { role: '../consultation' }], ['an empty role', { role: '' }], ['an application that is none', { application: 'nope' }],
    ['no application', { application: undefined }], ['a SIRET of no structure', { siret: siret(BASE + 9999) }],
    ['a wrong SIRET', { siret: '12345678901234' }], ['an end that is past', { until: days(-1) }], ['an end too late', { until: days(800) }],
    ['an end that is a number', { until: 5 }], ['an end that is a word', { until: 'tomorrow' }], ['an end without a zone', { until: '2027-06-30T22:00:00' }],
    ['a day that is none', { until: '2027-02-30T00:00:00Z' }], ['an attribute of its own', { nope: 'x' }]])
    await s.case(`243 a grant with ${what}`, '7644 s3.12', async () => {
      const person = await fresh();
      await s.error(400, ['invalidValue', 'invalidSyntax'], 'POST', '/Habilitations', habilitation(person, 'consultation', place.siret, change));
      await s.count(`/Habilitations?filter=${enc(`person.value eq "${person}"`)}`, 0);
    });
  await s.case('244 the end moves within what the role allows', 'docs/scim-resources.md', async () => {
    const at = `/Habilitations/${(await grant(await fresh())).id}`;
    const to = async (body, method = 'PATCH') => (await s.ok(200, method, at, body)).body;
    const sooner = days(10), later = days(200);
    assert.equal((await to(replace('until', sooner))).until, sooner);
    const moved = await to(patch({ op: 'add', path: 'until', value: later }));
    assert.equal(moved.until, later);
    assert.deepEqual(await to(replace('until', later)), moved, 'a no-op');
    assert.equal((await to(patch({ op: 'replace', value: { until: sooner } }))).until, sooner);
    assert.equal((await to({ ...moved, until: later }, 'PUT')).until, later);
    assert.equal((await to({ ...moved, until: undefined }, 'PUT')).until, later, 'left out of a PUT it stays');
    for (const wrong of [days(-1), days(800), 'tomorrow', 7, true]) await s.error(400, ['invalidValue', 'invalidSyntax'], 'PATCH', at,
      replace('until', wrong));
    const longest = (await to(patch({ op: 'remove', path: 'until' }))).until;
    assert(longest > days(360) && longest < days(367), longest);
  });
  await s.case('245 nothing but the end can change', '7643 s2.2', async () => {
    const held = await grant(await fresh());
    const at = `/Habilitations/${held.id}`;
    for (const [path, value] of [['person', { value: bob }], ['application', 'x'], ['role', 'saisie'], ['siret', siret(BASE)],
      ['structure', { value: NOBODY }], ['state', 'ended'], ['since', days(-9)], ['grantedBy', { value: 'x' }],
      ['request', { value: NOBODY }], ['justification', 'Another reason, long enough'], ['id', 'x'], ['meta.version', 'x']])
      await s.error(400, 'mutability', 'PATCH', at, replace(path, value));
    for (const change of [{ person: { value: bob } }, { role: 'saisie' }, { siret: siret(BASE) }]) await s.error(400, 'mutability', 'PUT', at,
      habilitation(held.person.value, 'consultation', place.siret, change));
    has((await s.ok(200, 'PUT', at, habilitation(held.person.value, 'consultation', place.siret, { state: 'ended', since: days(-9) }))).body,
      { state: 'active', since: held.since });
    for (const path of ['person', 'role', 'siret', 'state']) await s.error(400, 'mutability', 'PATCH', at, patch({ op: 'remove', path }));
  });
  for (const path of ['person.value', `${HABILITATION}:person.value`])
    await s.case(`245 ${path} cannot change`, '7643 s2.2', async () =>
      s.error(400, 'mutability', 'PATCH', `/Habilitations/${(await grant(await fresh())).id}`, replace(path, bob)));
  await s.case('246 access is not prolonged past the policy', 'docs/scim-resources.md', async () => {
    const person = await fresh(), first = await grant(person), second = await grant(person, 'saisie');
    await s.ok(200, 'PATCH', `/Habilitations/${second.id}`, replace('until', days(10)));
    await s.ok(204, 'DELETE', `/Habilitations/${first.id}`);
    assert.match((await s.error(403, null, 'PATCH', `/Habilitations/${second.id}`, replace('until', days(20)))).body.detail, /req-missing-prerequisite/);
    await s.ok(200, 'PATCH', `/Habilitations/${second.id}`, replace('until', days(5)));
  });
  await s.case('247 DELETE revokes', '7644 s3.6', async () => {
    const person = await fresh(), held = await grant(person);
    const at = `/Habilitations/${held.id}`;
    await s.error(412, null, 'DELETE', at, undefined, { 'If-Match': 'W/"r1"' });
    assert.equal((await s.ok(204, 'DELETE', at, undefined, { 'If-Match': held.meta.version })).body, null);
    for (const [method, body] of [['DELETE'], ['GET'], ['PATCH', replace('until', days(3))],
      ['PUT', habilitation(person, 'consultation', place.siret)]]) await s.error(404, null, method, at, body);
    has(await s.read(`/AccessRequests/${held.request.value}`), { state: 'ended' });
    assert(!(OWN in await s.read(`/Users/${person}`)) || !('habilitations' in (await s.read(`/Users/${person}`))[OWN]));
    assert.notEqual((await grant(person)).id, held.id);
  });
  await s.case('248 habilitations are found', '7644 s3.4.2.2', async () => {
    const at = await s.make('/Structures', structure(siret(number++), { displayName: 'Lieu 248' }));
    const make = (person, role) => s.make('/Habilitations', habilitation(person, role, at.siret));
    const a = await make(alice, 'consultation'), b = await make(alice, 'saisie'), c = await make(bob, 'consultation');
    for (const [filter, expected] of [[`person.value eq "${alice}"`, [a, b]], [`person eq "${alice}"`, [a, b]], ['role eq "saisie"', [b]],
      ['role eq "SAISIE"', []], ['application eq "soffi" and role eq "consultation"', [a, c]], ['application ne "soffi"', []],
      [`structure.value eq "${at.id}"`, [a, b, c]], ['structure.display eq "lieu 248"', [a, b, c]], ['state eq "active"', [a, b, c]],
      ['state eq "ended"', []], [`id eq "${c.id}"`, [c]], [`request.value eq "${c.request.value}"`, [c]],
      ['until lt "2100-01-01T00:00:00Z" and since gt "2020-01-01T00:00:00+02:00"', [a, b, c]], [`until gt "${days(400)}"`, []],
      ['justification co "files"', [a, b, c]], ['grantedBy.value pr', [a, b, c]],
      [`not (person.value eq "${alice}") or role eq "saisie"`, [b, c]], [`${HABILITATION}:role sw "sai"`, [b]]]) {
      const { Resources = [] } = await s.found('/Habilitations', `siret eq "${at.siret}" and (${filter})`);
      assert.deepEqual(Resources.map((r) => r.id).sort(), expected.map((r) => r.id).sort(), filter);
    }
    const roles = (await s.read(`/Habilitations?filter=${enc(`siret eq "${at.siret}"`)}&sortBy=role&sortOrder=descending`)).Resources.map((r) => r.role);
    assert.deepEqual(roles, ['saisie', 'consultation', 'consultation']);
  });
  await s.case('249 who holds what, asked of people', 'docs/scim-resources.md', async () => {
    const at = await s.make('/Structures', structure(siret(number++), { managers: [{ value: boss }] }));
    await s.make('/Habilitations', habilitation(alice, 'consultation', at.siret));
    await s.make('/Habilitations', habilitation(alice, 'saisie', at.siret));
    await s.make('/Habilitations', habilitation(bob, 'consultation', at.siret));
    const here = `siret eq "${at.siret}"`;
    for (const [filter, expected] of [[`${OWN}:habilitations[application eq "soffi" and role eq "consultation" and ${here}]`, [alice, bob]],
      [`${OWN}:habilitations[role eq "saisie" and ${here}]`, [alice]],
      [`${OWN}:habilitations[role eq "validation" and ${here}]`, []], [`${OWN}:habilitations[application eq "other" and ${here}]`, []],
      [`${OWN}:habilitations.siret eq "${at.siret}"`, [alice, bob]],
      [`${OWN}:habilitations[${here}] and not (${OWN}:habilitations[role eq "saisie" and ${here}])`, [bob]],
      [`${OWN}:habilitations[until gt "${days(2)}" and ${here}]`, [alice, bob]],
      [`${OWN}:structures.siret eq "${at.siret}"`, [alice, bob, boss]], [`${OWN}:structures[manager eq true and ${here}]`, [boss]],
      [`${OWN}:structures.value eq "${at.id}"`, [alice, bob, boss]]])
      assert.deepEqual((await s.found('/Users', filter)).Resources.map((r) => r.id).sort(), expected.sort(), filter);
    await s.error(400, 'invalidFilter', 'GET', `/Users?filter=${enc(`${OWN}:nothing eq "x"`)}`);
  });
}

async function requests(s, people) {
  const [alice, bob, boss] = people;
  let number = BASE + 4000;
  const place = await s.make('/Structures', structure(siret(number++), { displayName: 'Req', managers: [{ value: boss }] }));
  const fresh = () => s.person(`r-${number++}`);
  const ask = async (person, role = 'consultation', more) => s.make('/AccessRequests', access_request(person, role, place.siret, more));
  await alike(s, { type: 'AccessRequest', path: '/AccessRequests', make: async () => ask(await fresh()), change: decide('cancel'),
    body: async () => access_request(await fresh(), 'consultation', place.siret), other: place.id,
    sort: 'sortBy=meta.created', one: `siret eq "${place.siret}"` });

  await s.case('260 asked, approved, held', 'docs/scim-resources.md', async () => {
    const person = await fresh(), until = days(50);
    const asked = await ask(person, 'consultation', { until });
    has(asked, { state: 'pending', direct: false, application: 'soffi', role: 'consultation', siret: place.siret, until });
    assert.equal(asked.history[0].type, 'requested');
    assert(asked.person.value === person && asked.structure.display === 'Req' && asked.requestedBy.display && asked.due);
    await s.error(404, null, 'GET', `/Habilitations/h-${asked.id}`);
    await s.error(409, 'uniqueness', 'POST', '/AccessRequests', access_request(person, 'consultation', place.siret));
    const { body } = await s.ok(200, 'PATCH', `/AccessRequests/${asked.id}`, decide('approve'), { 'If-Match': asked.meta.version });
    has(body, { state: 'active' });
    assert(!('decision' in body) && body.history.length > 1);
    const [held] = (await s.found('/Habilitations', `person.value eq "${person}"`)).Resources;
    has(held, { until, state: 'active' });
    assert.equal(held.request.value, asked.id);
    await s.error(403, null, 'POST', '/AccessRequests', access_request(person, 'consultation', place.siret));
  });
  for (const [what, first, state] of [['approved', decide('approve'), 'active'], ['refused', decide('refuse', { reason: 'Not of this service' }), 'refused'],
    ['cancelled', decide('cancel'), 'cancelled']])
    await s.case(`261 ${what}, and decided again`, 'docs/scim-resources.md', async () => {
      const asked = await ask(await fresh());
      const at = `/AccessRequests/${asked.id}`;
      has((await s.ok(200, 'PATCH', at, first)).body, { state });
      for (const again of [decide('approve'), decide('refuse', { reason: 'Too late for that' }), decide('cancel')]) {
        await s.error(409, null, 'PATCH', at, again);
        await s.error(412, null, 'PATCH', at, again, { 'If-Match': asked.meta.version });
      }
      has(await s.read(at), { state });
    });
  await s.case('262 a refusal needs a reason', 'docs/scim-resources.md', async () => {
    const at = `/AccessRequests/${(await ask(await fresh())).id}`;
    for (const wrong of [decide('refuse'), decide('refuse', { reason: '' }), decide('refuse', { reason: ' ' }),
      decide('refuse', { reason: 'x'.repeat(5000) }), decide('refuse', { reason: 'with \u202e turned text' })])
      await s.error(400, 'invalidValue', 'PATCH', at, wrong);
    const { body } = await s.ok(200, 'PATCH', at, patch({ op: 'replace', path: 'decision.value', value: 'refuse' },
      { op: 'replace', path: 'decision.reason', value: 'Pas de ce\nservice' }));
    has(body, { state: 'refused' });
    assert.equal(body.history.at(-1).reason, 'Pas de ce\nservice');
  });
  await s.case('263 what is no decision', '7644 s3.5.2', async () => {
    const at = `/AccessRequests/${(await ask(await fresh())).id}`;
    for (const wrong of [decide('grant'), decide('APPROVE'), decide(7), patch({ op: 'add', path: 'decision', value: { reason: 'because' } }),
      patch({ op: 'add', path: 'decision', value: 'approve' }), decide('approve', { until: 'x' }),
      decide('approve', { until: days(-1) }), decide('approve', { until: days(800) }), decide('approve', { nope: 1 })])
      await s.error(400, ['invalidValue', 'invalidSyntax'], 'PATCH', at, wrong);
    has(await s.read(at), { state: 'pending' });
    const until = days(20);
    await s.ok(200, 'PATCH', at, patch({ op: 'add', value: { decision: { value: 'approve', until } } }));
    assert.equal((await s.read(`/Habilitations/h-${at.split('/').at(-1)}`)).until, until);
  });
  await s.case('263 an empty decision', 'docs/scim-resources.md',
    async () => s.error(400, ['invalidValue', 'invalidSyntax'], 'PATCH', `/AccessRequests/${(await ask(await fresh())).id}`, decide('')));
  await s.case('264 PUT decides, too', '7644 s3.5.1', async () => {
    const asked = await ask(await fresh());
    const at = `/AccessRequests/${asked.id}`;
    has((await s.ok(200, 'PUT', at, { ...asked, state: 'active' })).body, { state: 'pending' });
    await s.error(412, null, 'PUT', at, { ...asked, decision: { value: 'cancel' } }, { 'If-Match': 'W/"stale"' });
    has((await s.ok(200, 'PUT', at, { ...asked, decision: { value: 'cancel' } }, { 'If-Match': asked.meta.version })).body, { state: 'cancelled' });
  });
  await s.case('265 nothing but the decision can change', '7643 s2.2', async () => {
    const asked = await ask(await fresh());
    const at = `/AccessRequests/${asked.id}`;
    for (const [path, value] of [['person', { value: bob }], ['application', 'x'], ['role', 'saisie'], ['siret', siret(BASE)],
      ['justification', 'Another reason, long enough'], ['until', days(9)], ['state', 'active'], ['due', days(99)], ['direct', true],
      ['requestedBy', { value: 'x' }], ['history', []], ['id', 'x']])
      await s.error(400, 'mutability', 'PATCH', at, replace(path, value));
    for (const change of [{ person: { value: bob } }, { role: 'saisie' }, { justification: 'Another reason, long enough' }, { siret: siret(BASE) }])
      await s.error(400, 'mutability', 'PUT', at, { ...asked, ...change });
    assert.deepEqual(await s.read(at), asked);
  });
  await s.case('265 person.value cannot change', '7643 s2.2', async () =>
    s.error(400, 'mutability', 'PATCH', `/AccessRequests/${(await ask(await fresh())).id}`, replace('person.value', bob)));
  for (const [what, status, change] of [['a short reason', 400, { justification: 'short' }], ['a long reason', 400, { justification: 'x'.repeat(600) }],
    ['turned text', 400, { justification: 'with a \u202e turned text' }], ['a reason of spaces', 400, { justification: ' '.repeat(40) }],
    ['no reason', 400, { justification: undefined }], ['an unknown person', 400, { person: { value: NOBODY } }], ['an unknown role', 400, { role: 'nope' }],
    ['an unknown application', 400, { application: 'nope' }], ['a structure that is none', 400, { siret: siret(BASE + 9999) }],
    ['an end that is past', 400, { until: days(-1) }], ['an end too late', 400, { until: days(800) }],
    ['a role without what comes first', 403, { role: 'saisie' }]])
    await s.case(`266 a request with ${what}`, '7644 s3.12', async () => {
      const person = await fresh();
      await s.error(status, status === 400 ? ['invalidValue', 'invalidSyntax'] : null, 'POST', '/AccessRequests',
        access_request(person, 'consultation', place.siret, change));
      await s.count(`/AccessRequests?filter=${enc(`person.value eq "${person}"`)}`, 0);
    });
  await s.case('267 lines in a reason are kept', '7643 s2.3.1', async () =>
    has(await ask(await fresh(), 'consultation', { justification: 'Deux lignes\nsont bien.' }), { justification: 'Deux lignes\nsont bien.' }));
  await s.case('268 a role of managers passes two stages, by two voices', 'docs/scim-resources.md', async () => {
    const second = await s.client('types-second', EVERYTHING);
    const at = `/AccessRequests/${(await ask(await fresh(), 'gestionnaire')).id}`;
    has((await s.ok(200, 'PATCH', at, decide('approve'))).body, { state: 'pending' });
    await s.error([403, 409], null, 'PATCH', at, decide('approve'));
    has((await second.ok(200, 'PATCH', at, decide('approve'))).body, { state: 'active' });
  });
  await s.case('269 the policy is asked again at the decision', 'docs/scim-resources.md', async () => {
    const person = await fresh();
    const first = await s.make('/Habilitations', habilitation(person, 'consultation', place.siret));
    const asked = await ask(person, 'saisie');
    await s.ok(204, 'DELETE', `/Habilitations/${first.id}`);
    assert.match((await s.error(403, null, 'PATCH', `/AccessRequests/${asked.id}`, decide('approve'))).body.detail, /req-missing-prerequisite/);
    has(await s.read(`/AccessRequests/${asked.id}`), { state: 'pending' });
  });
  await s.case('270 requests are found', '7644 s3.4.2.2', async () => {
    const at = await s.make('/Structures', structure(siret(number++), { displayName: 'Lieu 270' }));
    const make = (person, more) => s.make('/AccessRequests', access_request(person, 'consultation', at.siret, more));
    const a = await make(alice), b = await make(bob), c = await make(boss);
    await s.ok(200, 'PATCH', `/AccessRequests/${b.id}`, decide('refuse', { reason: 'Not of this service' }));
    await s.ok(200, 'PATCH', `/AccessRequests/${c.id}`, decide('approve'));
    for (const [filter, expected] of [['state eq "pending"', [a]], ['state eq "pending" or state eq "refused"', [a, b]], ['not (state eq "active")', [a, b]],
      [`person.value eq "${bob}"`, [b]], ['direct eq false', [a, b, c]], ['direct eq true', []],
      ['due pr and state eq "pending"', [a]], ['history[type eq "refused" and reason co "service"]', [b]], ['history.type eq "requested"', [a, b, c]],
      ['role eq "consultation" and application eq "soffi"', [a, b, c]], ['state eq "nothing"', []],
      [`id eq "${a.id}"`, [a]], ['justification co "FILES"', [a, b, c]], ['meta.created gt "2020-01-01T00:00:00Z"', [a, b, c]],
      ['meta.lastModified lt "2020-01-01T00:00:00Z"', []], [`${REQUEST}:state eq "active"`, [c]], ['requestedBy.value pr', [a, b, c]]]) {
      const { Resources = [] } = await s.found('/AccessRequests', `siret eq "${at.siret}" and (${filter})`);
      assert.deepEqual(Resources.map((r) => r.id).sort(), expected.map((r) => r.id).sort(), filter);
    }
  });
}

async function extension(s, people) {
  const [alice, , boss] = people;
  const at = await s.make('/Structures', structure(siret(BASE + 6000), { displayName: 'Ext', managers: [{ value: boss }], members: [{ value: alice }] }));
  await s.make('/Habilitations', habilitation(alice, 'consultation', at.siret));
  await s.case('280 a person shows what she is to structures', '7643 s3.3', async () => {
    const own = (await s.read(`/Users/${alice}`));
    assert(own.schemas.includes(OWN));
    const here = own[OWN].structures.find((x) => x.value === at.id);
    has(here, { display: 'Ext', siret: at.siret });
    assert(!here.manager && here.$ref.endsWith(`/Structures/${at.id}`));
    assert.equal((await s.read(`/Users/${boss}`))[OWN].structures.find((x) => x.value === at.id).manager, true);
    assert(!('source' in own[OWN]));
  });
  await s.case('281 schemas names it only when it is there', '7643 s3', async () => {
    const plain = await s.person('ext-281');
    const { schemas, ...rest } = await s.read(`/Users/${plain}`);
    assert(!schemas.includes(OWN) && !(OWN in rest));
    assert.equal((await s.found('/Users', `id eq "${plain}" and schemas eq "${OWN}"`)).totalResults, 0);
    assert.equal((await s.found('/Users', `id eq "${alice}" and schemas eq "${OWN}"`)).totalResults, 1);
  });
  await s.case('282 the source is told on request', '7643 s7', async () => {
    const { [OWN]: asked } = await s.read(`/Users/${alice}?attributes=${OWN}:source`);
    assert.match(asked.source, /^client:/);
    assert.deepEqual(Object.keys(asked), ['source']);
    assert.equal((await s.found('/Users', `id eq "${alice}" and ${OWN}:source eq "${asked.source}"`)).totalResults, 1);
    await s.ok(200, 'GET', `/Users?sortBy=${OWN}:source&count=1`);
  });
  await s.case('283 none of it can be written', '7643 s2.2', async () => {
    const was = await s.read(`/Users/${alice}`);
    for (const [path, value] of [[`${OWN}:structures`, [{ value: at.id }]], [`${OWN}:habilitations`, []], [`${OWN}:source`, 'forged'],
      [`${OWN}:habilitations[role eq "consultation"].role`, 'saisie'], [`${OWN}:structures[siret eq "${at.siret}"].manager`, true]])
      for (const op of ['add', 'replace', 'remove']) await s.error(400, 'mutability', 'PATCH', `/Users/${alice}`,
        patch({ op, path, value: op === 'remove' ? undefined : value }));
    await s.error(400, 'mutability', 'PATCH', `/Users/${alice}`, patch({ op: 'replace', value: { [OWN]: { source: 'forged' } } }));
    const forged = { ...was, [OWN]: { source: 'forged', habilitations: [{ application: 'soffi', role: 'saisie' }],
      structures: [{ value: at.id, manager: true }] } };
    assert.deepEqual((await s.ok(200, 'PUT', `/Users/${alice}`, forged)).body, was);
    const born = await s.make('/Users', { ...user('ext-283'), schemas: [...user('x').schemas, OWN], [OWN]: forged[OWN] });
    assert(!(OWN in born));
  });
  await s.case('284 it is left out when nobody wants it', '7644 s3.9', async () => {
    assert(!(OWN in await s.read(`/Users/${alice}?attributes=userName`)));
    assert(!(OWN in await s.read(`/Users/${alice}?excludedAttributes=${OWN}`)));
    const { [OWN]: less } = await s.read(`/Users/${alice}?excludedAttributes=${OWN}:structures`);
    assert(!('structures' in less) && 'habilitations' in less);
    const { [OWN]: only } = await s.read(`/Users/${alice}?attributes=${OWN}:structures.siret`);
    assert(only.structures.every((x) => Object.keys(x).join() === 'siret'));
  });
}

async function together(s, people) {
  const [alice] = people;
  const number = siret(BASE + 7000);
  await s.case('290 a bulk request makes all of them, with references', '7644 s3.7.2', async () => {
    const post = (bulkId, path, data) => ({ method: 'POST', path, bulkId, data });
    const { siret: other } = await s.make('/Structures', structure(siret(BASE + 7002), { displayName: 'Bulk 2' }));
    const { body } = await s.ok(200, 'POST', '/Bulk', { schemas: [BULK], Operations: [
      post('s', '/Structures', structure(number, { displayName: 'Bulk', managers: [{ value: 'bulkId:b' }], members: [{ value: 'bulkId:u' }] })),
        post('u', '/Users', user('bulk-290-u')), post('b', '/Users', user('bulk-290-b')),
      post('h', '/Habilitations', habilitation('bulkId:u', 'consultation', other)),
        post('r', '/AccessRequests', access_request('bulkId:b', 'consultation', other)),
      post('d', '/Structures', structure(number)), post('f', '/Habilitations', habilitation('bulkId:b', 'saisie', other)),
      post('p', '/Structures', structure(siret(BASE + 7001), { parent: { value: 'bulkId:s' } })),
      { method: 'PATCH', path: '/AccessRequests/bulkId:r', data: decide('cancel') }, { method: 'DELETE', path: `/AccessRequests/${NOBODY}` }] });
    assert.equal(body.Operations.map((o) => o.status).join(' '), '201 201 201 201 201 409 403 201 204 405', JSON.stringify(body.Operations));
    for (const o of body.Operations.filter((each) => each.status >= '400')) s.check_error({ headers: new Map([['content-type', 'application/json']]),
      body: o.response }, o.status);
    const made_by = (o) => (o.status === '201' ? s.read(o.location.slice(o.location.indexOf('/scim/v2') + 8)) : null);
    const [made, person, , held, asked, , , below] = await Promise.all(body.Operations.map(made_by));
    assert(ids(made.members).includes(person.id) && held.person.value === person.id && below.parent.value === made.id);
    has(asked, { state: 'cancelled' });
    assert.equal(body.Operations[3].version, held.meta.version);
  });
  await s.case('290 a bulk request is done as if in order', '7644 s3.7', async () => {
    const post = (path, data, i) => ({ method: 'POST', path, bulkId: `x${i}`, data });
    for (let round = 0; round < 5; round++) {
      const person = await s.person(`ordered-${round}`), at = siret(BASE + 7100 + round);
      const { body } = await s.ok(200, 'POST', '/Bulk', { schemas: [BULK],
        Operations: [['/Structures', structure(at)], ['/Habilitations', habilitation(person, 'consultation', at)],
        ['/Habilitations', habilitation(person, 'saisie', at)],
        ['/Habilitations', habilitation(person, 'validation', at)]].map(([path, data], i) => post(path, data, i)) });
      assert.equal(body.Operations.map((o) => o.status).join(' '), '201 201 201 403', body.Operations.map((o) => o.response?.detail).join(' '));
    }
  });
  await s.case('291 a version in a bulk operation', '7644 s3.7', async () => {
    const [{ id }] = (await s.found('/Structures', `siret eq "${number}"`)).Resources;
    const send = (version) => s.ok(200, 'POST', '/Bulk', { schemas: [BULK],
      Operations: [{ method: 'PATCH', path: `/Structures/${id}`, version, data: replace('displayName', `Bulk ${version}`) }] });
    assert.equal((await send('W/"stale"')).body.Operations[0].status, '412');
    assert.equal((await send((await s.read(`/Structures/${id}`)).meta.version)).body.Operations[0].status, '204');
  });
  await s.case('292 the root is searched over all types', '7644 s3.4.2.1, s3.4.3', async () => {
    const filter = `siret eq "${siret(BASE + 7002)}"`;
    for (const { body } of [await s.ok(200, 'GET', `/?filter=${enc(filter)}&count=100`),
      await s.ok(200, 'POST', '/.search', { schemas: [SEARCH], filter })]) {
      assert.deepEqual([...new Set(body.Resources.map((r) => r.meta.resourceType))].sort(), ['AccessRequest', 'Habilitation', 'Structure']);
      assert.equal(body.totalResults, body.Resources.length);
    }
    const kinds = await s.ok(200, 'POST', '/.search', { schemas: [SEARCH], filter: `${filter} and meta.resourceType eq "Structure"`,
      attributes: ['displayName'] });
    assert.deepEqual(kinds.body.Resources.map((r) => Object.keys(r).sort().join()), ['displayName,id,schemas']);
    for (const [method, at] of [['GET', '/.search'], ['PUT', '/.search'], ['DELETE', '/'], ['POST', '/']]) {
      const { headers } = await s.error(405, null, method, at, ['GET', 'DELETE'].includes(method) ? undefined : {});
      assert(headers.get('allow'));
    }
  });
  await s.case('293 who waits for what: the pending ones first page', 'docs/scim-resources.md', async () => {
    const body = await s.found('/AccessRequests', 'state eq "pending"');
    assert(body.totalResults > 0 && body.Resources.every((r) => r.state === 'pending'));
  });
  await s.case('294 deleting a person ends what she holds', '7644 s3.6', async () => {
    const person = await s.person('gone-294');
    const held = await s.make('/Habilitations', habilitation(person, 'consultation', number));
    await s.ok(204, 'DELETE', `/Users/${person}`);
    await s.error(404, null, 'GET', `/Habilitations/${held.id}`);
    assert.equal((await s.found('/Habilitations', `person.value eq "${person}"`)).totalResults, 0);
    assert.equal((await s.found('/Structures', `members.value eq "${person}"`)).totalResults, 0);
    assert.notEqual(alice, person);
  });
  await s.case('295 somebody disabled keeps the record of what she holds', 'docs/scim.md', async () => {
    const person = await s.person('off-295');
    const held = await s.make('/Habilitations', habilitation(person, 'consultation', number));
    await s.ok(200, 'PATCH', `/Users/${person}`, replace('active', false));
    has(await s.read(`/Habilitations/${held.id}`), { state: 'active' });
  });
}

export async function types(all) {
  const s = await all.client('types', EVERYTHING);
  const people = await times(3, (i) => s.person(`types-${i}`));
  for (const part of [structures, habilitations, requests, extension, together]) await part(s, people);
}
