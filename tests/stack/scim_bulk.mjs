// scim.md 5d and 5f: cursors, the root, bulk, /Me.
import { strict as assert } from 'node:assert';
import { BULK, EXT, GROUP, SEARCH, USER, enc, patch, user } from './scim_suite.mjs';

const post = (bulkId, path, data) => ({ method: 'POST', path, bulkId, data });
const person = (bulkId, userName, more) => post(bulkId, '/Users', user(userName, more));
const group = (bulkId, displayName, ...ids) =>
  post(bulkId, '/Groups', { schemas: [GROUP], displayName, members: ids.map((value) => ({ value })) });
const statuses = ({ body }) => body.Operations.map((o) => o.status).join(' ');

export async function bulk(s) {
  const send = (Operations, more = {}) => s.ok(200, 'POST', '/Bulk', { schemas: [BULK], ...more, Operations });
  const path_of = (operation) => operation.location.slice(operation.location.lastIndexOf('/scim/v2') + 8);
  const read = async (operation) => (await s.ok(200, 'GET', path_of(operation))).body;

  await s.case('80 a walk by cursors', '9865 s2', async () => {
    const made = await send(Array.from({ length: 9 }, (_, i) => person(`w${i}`, `walk-${i}`, { userType: 'Walk' })));
    const wanted = made.body.Operations.map((o) => path_of(o).slice(7)).sort();
    const seen = [];
    let query = `/Users?filter=${enc('userType eq "Walk"')}&count=4&sortBy=userName&cursor`;
    for (let pages = 0; query; pages++) {
      assert(pages < 9);
      const { body } = await s.ok(200, 'GET', query);
      assert.equal(body.totalResults, 9);
      assert(!('startIndex' in body) && !('previousCursor' in body));
      if (body.nextCursor !== undefined) assert.match(body.nextCursor, /^[A-Za-z0-9._~-]+$/);
      seen.push(...body.Resources.map((r) => r.id));
      query = body.nextCursor && query.replace(/cursor.*$/, `cursor=${body.nextCursor}`);
    }
    assert.deepEqual([...seen].sort(), wanted);
    await s.error(400, 'invalidCursor', 'GET', '/Users?count=4&cursor=abc');
    await s.error(400, 'invalidCount', 'GET', '/Users?count=many&cursor=');
  });
  await s.case('the root is searched', '7644 s3.4.2.1', async () => {
    await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: 'root-group' });
    await s.ok(201, 'POST', '/Users', user('root-user'));
    const filter = 'userName eq "root-user" or displayName eq "root-group"';
    for (const { body } of [await s.ok(200, 'GET', `/?filter=${enc(filter)}`), await s.ok(200, 'POST', '/.search', { schemas: [SEARCH], filter })]) {
      assert.equal(body.totalResults, 2);
      assert.deepEqual(body.Resources.map((r) => r.meta.resourceType).sort(), ['Group', 'User']);
    }
    await s.error(400, 'invalidFilter', 'GET', `/?filter=${enc('userName eq')}`);
  });
  await s.case('121 to 124 references', '7644 s3.7.2', async () => {
    const { body } = await send([group('g', 'bulk-g', 'bulkId:u'), person('u', 'bulk-u', { [EXT]: { manager: { value: 'bulkId:m' } } }), person('m', 'bulk-m'),
      { method: 'PATCH', path: '/Users/bulkId:m', data: patch({ op: 'add', path: 'title', value: 'Head' }) }]);
    assert.equal(body.schemas[0], 'urn:ietf:params:scim:api:messages:2.0:BulkResponse');
    const [g, u, m] = await Promise.all(body.Operations.slice(0, 3).map(read));
    assert.equal(g.members[0].value, u.id);
    assert.equal(u[EXT].manager.value, m.id);
    assert.equal(m.title, 'Head');
    assert.deepEqual(body.Operations.slice(0, 3).map((o) => o.bulkId), ['g', 'u', 'm']);
    const alone = (await s.ok(200, 'GET', `/Users/${u.id}?excludedAttributes=groups`)).body;
    assert.equal(body.Operations[1].version, alone.meta.version, 'as before there were groups');
  });
  await s.case('circles', '7644 s3.7.1', async () => {
    const { body } = await send([group('a', 'bulk-a', 'bulkId:b'), group('b', 'bulk-b', 'bulkId:a')]);
    const [a, b] = await Promise.all(body.Operations.map(read));
    assert.deepEqual([a.members[0].value, b.members[0].value], [b.id, a.id]);
  });
  await s.case('125, 127, 129, 130 failures', '7644 s3.7.3', async () => {
    const answer = await send([group('x', 'bulk-x', 'bulkId:nobody'), { method: 'POST', path: '/Users', data: user('bulk-no-id') },
      { method: 'GET', path: '/Users' }, post('y', '/Bulk', {}), post('z', '/Me', {}), { method: 'DELETE', path: '/Users/nobody' }, person('ok', 'bulk-ok')]);
    assert.equal(statuses(answer), '400 400 400 400 400 404 201');
    for (const o of answer.body.Operations.slice(0, 6)) s.check_error({ headers: answer.headers, body: o.response }, o.status);
    const id = path_of(answer.body.Operations[6]);
    assert.equal(statuses(await send([{ method: 'DELETE', path: id, version: 'W/"stale"' }])), '412');
    assert.equal(statuses(await send([person('a', ''), person('b', 'bulk-never')], { failOnErrors: 1 })), '400');
  });
  await s.case('limits', '7644 s3.7.4', async () => {
    const { body: config } = await s.ok(200, 'GET', '/ServiceProviderConfig');
    const many = Array.from({ length: config.bulk.maxOperations + 1 }, () => ({ method: 'DELETE', path: '/Users/1' }));
    await s.error(413, null, 'POST', '/Bulk', { schemas: [BULK], Operations: many });
    await s.error(413, null, 'POST', '/Bulk', { schemas: [BULK], Operations: [person('a', 'x'.repeat(config.bulk.maxPayloadSize))] });
  });
  await s.case('132 /Me of a token that acts for nobody', '7644 s3.11', () => s.error(501, null, 'GET', '/Me'));
  await s.case('a full bulk request', '7644 s3.7', async () => {
    const answer = await send(Array.from({ length: 1000 }, (_, i) => person(`f${i}`, `full-${i}`, { schemas: [USER], name: { familyName: `F${i}` } })));
    assert(answer.body.Operations.every((o) => o.status === '201'));
  });
}
