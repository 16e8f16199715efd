// scim.md 5d: paging, sorting, projection, search.
import { strict as assert } from 'node:assert';
import { GROUP, SEARCH, enc, user } from './scim_suite.mjs';

export async function lists(s) {
  const names = Array.from({ length: 25 }, (_, i) => `l-${String(i).padStart(2, '0')}`);
  for (const [i, name] of names.entries())
    await s.ok(201, 'POST', '/Users', user(name, { userType: 'L', ...(i % 5 ? { title: `t${i % 3}` } : {}), name: { familyName: `Nom${24 - i}` },
      emails: [{ value: `z${i}@example.org`, type: 'home' }, { value: `${String.fromCharCode(97 + (i * 7) % 25)}@example.org`, type: 'work', primary: true }] }));
  const only = `filter=${enc('userType eq "L"')}`;
  const get = async (query) => (await s.ok(200, 'GET', `/Users?${only}&${query}`)).body;

  for (const count of ['0', '-5'])
    await s.case(`73 count=${count}`, '7644 s3.4.2.4', async () => {
      const body = await get(`count=${count}`);
      assert.equal(body.totalResults, 25);
      assert.deepEqual(body.Resources ?? [], []);
    });
  for (const start of ['0', '-3'])
    await s.case(`74 startIndex=${start}`, '7644 s3.4.2.4', async () => assert.equal((await get(`startIndex=${start}&count=2`)).startIndex, 1));
  await s.case('75 beyond the end', '7644 s3.4.2.4', async () => {
    const body = await get('startIndex=1000');
    assert.equal(body.totalResults, 25);
    assert.deepEqual(body.Resources ?? [], []);
  });
  for (const query of ['count=abc', 'startIndex=x', 'count=1.5'])
    await s.case(`76 ${query}`, '7644 s3.4.2.4', () => s.error(400, 'invalidValue', 'GET', `/Users?${query}`));
  await s.case('76 a huge count', 'robustness', () => s.ok([200, 400], 'GET', '/Users?count=99999999999999999999'));
  await s.case('77 itemsPerPage is what came', '7644 s3.4.2', async () => {
    const body = await get('count=100000');
    assert.equal(body.itemsPerPage, body.Resources.length);
  });
  await s.case('78 a walk finds each once', '7644 s3.4.2.4', async () => {
    const seen = [];
    for (let start = 1; start <= 25; start += 7) seen.push(...(await get(`startIndex=${start}&count=7`)).Resources.map((r) => r.userName));
    assert.deepEqual(seen.sort(), names);
  });
  await s.case('82 sorting', '7644 s3.4.2.3', async () => {
    const by = async (query) => (await get(`count=50&${query}`)).Resources;
    assert.deepEqual((await by('sortBy=userName')).map((r) => r.userName), names);
    assert.deepEqual((await by('sortBy=userName&sortOrder=descending')).map((r) => r.userName), [...names].reverse());
    assert.equal((await by('sortBy=name.familyName'))[0].name.familyName, 'Nom0');
    const titles = (await by('sortBy=title')).map((r) => r.title);
    assert(titles.slice(-5).every((t) => t === undefined) && titles[0] === 't0', 'missing last when ascending');
    assert((await by('sortBy=title&sortOrder=descending')).slice(0, 5).every((r) => r.title === undefined), 'missing first when descending');
    const mails = (await by('sortBy=emails')).map((r) => r.emails.find((e) => e.primary).value);
    assert.deepEqual(mails, [...mails].sort(), 'by the primary value');
  });
  for (const query of ['sortOrder=sideways&sortBy=userName', 'sortBy=nope'])
    await s.case(`83 ${query}`, '7644 s3.4.2.3', () => s.error(400, ['invalidValue', 'invalidPath'], 'GET', `/Users?${query}`));
  await s.case('84 attributes', '7644 s3.9', async () => {
    for (const r of (await get('attributes=userName')).Resources) assert.deepEqual(Object.keys(r).sort(), ['id', 'schemas', 'userName']);
    const [r] = (await get('attributes=emails.value,urn:ietf:params:scim:schemas:core:2.0:User:title&count=2&startIndex=2')).Resources;
    assert.deepEqual(Object.keys(r).sort(), ['emails', 'id', 'schemas', 'title']);
    assert.deepEqual(Object.keys(r.emails[0]), ['value']);
  });
  await s.case('86 excludedAttributes', '7644 s3.9', async () => {
    const [r] = (await get('excludedAttributes=id,schemas,emails,meta&count=1')).Resources;
    assert(r.id && r.schemas && r.userName && !r.emails && !r.meta);
  });
  await s.case('87 both', '7644 s3.9', () => s.error(400, 'invalidValue', 'GET', '/Users?attributes=userName&excludedAttributes=title'));
  await s.case('88 projection of answers to writes', '7644 s3.9', async () => {
    const made = (await s.ok(201, 'POST', '/Users?attributes=userName', user('l-88', { title: 'x' }))).body;
    assert.deepEqual(Object.keys(made).sort(), ['id', 'schemas', 'userName']);
    const changed = (await s.ok(200, 'PATCH', `/Users/${made.id}?attributes=title`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'title', value: 'y' }] })).body;
    assert.deepEqual(Object.keys(changed).sort(), ['id', 'schemas', 'title']);
  });
  await s.case('89 search by POST', '7644 s3.4.3', async () => {
    const body = (await s.ok(200, 'POST', '/Users/.search', { schemas: [SEARCH], filter: 'userType eq "L"', attributes: ['userName'], sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 3 })).body;
    assert.deepEqual(body.Resources.map((r) => r.userName), ['l-23', 'l-22', 'l-21']);
    assert.equal(body.totalResults, 25);
    await s.error(400, ['invalidSyntax', 'invalidValue'], 'POST', '/Users/.search', { filter: 'title pr' });
  });
  await s.case('a new object is on the first page that an unfiltered list can show', 'scim2-tester', async () => {
    const { body } = await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: 'l-new' });
    assert((await s.ok(200, 'GET', '/Groups?count=1000&excludedAttributes=members')).body.Resources.some((g) => g.id === body.id));
  });
  await s.case('a service account never comes first', 'Okta', async () => {
    const [first] = (await s.ok(200, 'GET', '/Users?startIndex=1&count=1')).body.Resources;
    assert(first.userName && first.name && first.emails?.length, JSON.stringify(first));
  });
}
