// scim.md 5a: discovery, content types, authentication, paths.
import { strict as assert } from 'node:assert';
import { USER, user } from './scim_suite.mjs';

export async function protocol(s) {
  await s.case('1 service provider configuration needs no token', '7643 s5, 7644 s4', async () => {
    const { body, headers } = await s.ok(200, 'GET', '/ServiceProviderConfig', undefined, { Authorization: '' });
    assert.match(headers.get('content-type'), /^application\/scim\+json/);
    assert(body.authenticationSchemes.length > 0);
    for (const part of ['patch', 'bulk', 'filter', 'changePassword', 'sort', 'etag'])
      assert.equal(typeof body[part].supported, 'boolean', part);
    for (const [part, number] of [['bulk', 'maxOperations'], ['bulk', 'maxPayloadSize'], ['filter', 'maxResults']])
      assert(Number.isInteger(body[part][number]), `${part}.${number}`);
  });
  await s.case('2 a filter on discovery is forbidden', '7644 s4', async () => {
    for (const path of ['/Schemas', '/ResourceTypes', '/ServiceProviderConfig'])
      await s.error(403, null, 'GET', `${path}?filter=${encodeURIComponent('id eq "x"')}`);
  });
  await s.case('3 discovery ignores paging', '7644 s4', async () => {
    const all = await s.ok(200, 'GET', '/Schemas');
    const paged = await s.ok(200, 'GET', '/Schemas?startIndex=50&count=1');
    assert.equal(paged.body.Resources.length, all.body.Resources.length);
  });
  await s.case('4 schemas by id', '7644 s4', async () => {
    const { body } = await s.ok(200, 'GET', `/Schemas/${USER}`);
    assert.equal(body.id, USER);
    assert(body.attributes.some((a) => a.name === 'userName' && a.uniqueness === 'server' && a.caseExact === false));
    await s.error(404, null, 'GET', '/Schemas/urn:nope');
  });
  await s.case('5 resource types by id', '7644 s4', async () => {
    const { body } = await s.ok(200, 'GET', '/ResourceTypes/User');
    assert.equal(body.endpoint, '/Users');
    assert(!('Resources' in body));
    await s.error(404, null, 'GET', '/ResourceTypes/nope');
  });
  for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      await s.case(`6 ${method} ${path}`, '7644 s4, 9110 s15.5.6', async () => {
        const { headers } = await s.error(405, null, method, path, method === 'DELETE' ? undefined : {});
        assert.match(headers.get('allow') ?? '', /GET/);
      });
  for (const path of ['/2819c223-7f76-453a-919d-413861904646', '/Users/a/b/c', '/nope', '/Users/nope', '/Users/2819c223-7f76-453a-919d-413861904646'])
    await s.case(`7 ${path}`, '7644 s3.12', () => s.error(404, null, 'GET', path));
  for (const [what, value] of [['no', ''], ['a wrong', 'Bearer nope'], ['an empty', 'Bearer '], ['a null', 'Bearer null'], ['a basic', 'Basic YTpi'], ['an undefined', 'Bearer undefined']])
    await s.case(`8 ${what} token`, '7644 s2', async () => {
      const { headers } = await s.error(401, null, 'GET', '/Users', undefined, { Authorization: value });
      assert.match(headers.get('www-authenticate') ?? '', /^Bearer/i);
    });
  for (const type of ['application/scim+json; charset=utf-8', 'application/json', 'application/scim+json'])
    await s.case(`10 ${type}`, '7644 s3.8', () => s.ok(201, 'POST', '/Users', user(`type-${s.requests}`), { 'Content-Type': type }));
  for (const type of ['text/xml', 'application/x-www-form-urlencoded', 'text/plain'])
    await s.case(`11 ${type}`, '7644 s3.8', () => s.error([415, 400], null, 'POST', '/Users', user(`type-${s.requests}`), { 'Content-Type': type }));
  await s.case('12 accept', '7644 s3.8', async () => {
    await s.ok(200, 'GET', '/Users?count=1', undefined, { Accept: 'application/json' });
    await s.ok(200, 'GET', '/Users?count=1', undefined, { Accept: 'application/scim+json; charset=utf-8' });
    await s.ok(200, 'GET', '/Users?count=1', undefined, { Accept: '*/*' });
    await s.ok([200, 406], 'GET', '/Users?count=1', undefined, { Accept: 'text/html' });
  });
  await s.case('14 an unknown query parameter is ignored', '7644 s3.4.2', () => s.ok(200, 'GET', '/Users?unknownParam=1&count=1'));
  for (const [what, body] of [['truncated', '{"schemas":['], ['an array', '[]'], ['a string', '"x"'], ['empty', ' '], ['repeated key', `{"schemas":["${USER}"],"userName":"x","userName":"y"}`],
    ['a lone surrogate', `{"schemas":["${USER}"],"userName":"\\ud800"}`], ['a NUL', `{"schemas":["${USER}"],"userName":"a\\u0000b"}`], ['a huge number', `{"schemas":["${USER}"],"userName":1e400}`]])
    await s.case(`17 body: ${what}`, '7644 s3.12', () => s.error(400, ['invalidSyntax', 'invalidValue'], 'POST', '/Users', body));
  await s.case('18 nesting of 10,000', 'robustness', () => s.ok([400, 413], 'POST', '/Users', '['.repeat(10000) + ']'.repeat(10000)));
  await s.case('18 a body of 10 MB', 'robustness', () => s.ok(413, 'POST', '/Users', `{"userName":"${'x'.repeat(10 << 20)}"}`));
  await s.case('20 an encoded body', '7231 s3.1.2.2', () => s.ok([415, 400], 'POST', '/Users', user('gzip'), { 'Content-Encoding': 'gzip' }));
  for (const method of ['PUT', 'PATCH', 'DELETE'])
    await s.case(`20b ${method} on a collection`, '9110 s15.5.6', async () => {
      const { headers } = await s.error(405, null, method, '/Users', method === 'DELETE' ? undefined : {});
      assert.match(headers.get('allow') ?? '', /GET/);
    });
}
