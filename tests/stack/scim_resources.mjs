// scim.md 5b: create, read, replace, delete; and entity tags.
import { strict as assert } from 'node:assert';
import { EXT, GROUP, USER, enc, has, patch, user } from './scim_suite.mjs';

export async function resources(s) {
  await s.case('21 create', '7644 s3.3', async () => {
    const { body, headers } = await s.ok(201, 'POST', '/Users', user('case21', { name: { familyName: 'Vingt', givenName: 'Et Un' } }));
    assert.equal(headers.get('location'), body.meta.location);
    assert.equal(headers.get('etag'), body.meta.version);
    assert.equal(body.meta.resourceType, 'User');
    assert.equal(body.meta.created, body.meta.lastModified);
    assert(body.id && body.meta.location.endsWith(`/Users/${body.id}`));
    const read = await s.ok(200, 'GET', `/Users/${body.id}`);
    assert.deepEqual(read.body, body);
    const head = await s.ok(200, 'HEAD', `/Users/${body.id}`);
    assert.equal(head.body, null);
    assert.equal(head.headers.get('etag'), body.meta.version);
  });
  await s.case('22 what the server owns is ignored', '7643 s3.1', async () => {
    const id = '2819c223-7f76-453a-919d-413861904646';
    const { body } = await s.ok(201, 'POST', '/Users', user('case22', { id, meta: { created: '2001-01-01T00:00:00Z' }, groups: [{ value: id }] }));
    assert.notEqual(body.id, id);
    assert(!body.meta.created.startsWith('2001'));
    assert(!('groups' in body));
  });
  await s.case('23 a password never comes back', '7643 s7', async () => {
    const secret = 'Un-mot-de-passe-solide-23';
    const made = await s.ok(201, 'POST', '/Users', user('case23', { password: secret }));
    const answers = [made, await s.ok(200, 'GET', `/Users/${made.body.id}`),
      await s.ok(200, 'GET', `/Users/${made.body.id}?attributes=password`),
      await s.ok(200, 'GET', `/Users?filter=${enc('userName eq "case23"')}&attributes=password,userPassword`),
      await s.ok(200, 'POST', '/Users/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'userName eq "case23"' })];
    for (const { body } of answers) assert(!/password/i.test(JSON.stringify(body)), 'a password in an answer');
  });
  for (const [what, schemas] of [['none', undefined], ['empty', []], ['unknown', ['urn:nope']], ['a string', USER]])
    await s.case(`24 schemas: ${what}`, '7643 s3', () => s.error(400, ['invalidSyntax', 'invalidValue'], 'POST', '/Users', { schemas, userName: 'case24' }));
  for (const [what, userName] of [['none', undefined], ['empty', ''], ['null', null], ['a number', 123], ['only spaces', '   ']])
    await s.case(`25 userName: ${what}`, '7643 s4.1', () => s.error(400, ['invalidValue', 'invalidSyntax'], 'POST', '/Users', { schemas: [USER], userName }));
  await s.case('26 userName is unique without regard to case', '7643 s4.1.1', async () => {
    await s.ok(201, 'POST', '/Users', user('Case26'));
    await s.error(409, 'uniqueness', 'POST', '/Users', user('cASE26'));
  });
  await s.case('28 externalId is neither unique nor folded', '7643 s3.1', async () => {
    await s.ok(201, 'POST', '/Users', user('case28a', { externalId: 'Ext28' }));
    await s.ok(201, 'POST', '/Users', user('case28b', { externalId: 'Ext28' }));
    await s.ok(201, 'POST', '/Users', user('case28c', { externalId: 'ext28' }));
    await s.count(`/Users?filter=${enc('externalId eq "Ext28"')}`, 2);
    await s.count(`/Users?filter=${enc('externalId eq "ext28"')}`, 1);
  });
  for (const [what, more] of [['emails as an object', { emails: { value: 'a@example.org' } }], ['name as a string', { name: 'X' }], ['active as text', { active: 'yes' }],
    ['title as a number', { title: 7 }], ['emails of strings', { emails: ['a@example.org'] }], ['two primaries', { emails: [{ value: 'a@example.org', primary: true }, { value: 'b@example.org', primary: true }] }]])
    await s.case(`31 ${what}`, '7643 s2.3', () => s.error(400, ['invalidValue', 'invalidSyntax'], 'POST', '/Users', user('case31', more)));
  await s.case('32 unknown attribute', '7643 s3', () => s.error(400, 'invalidSyntax', 'POST', '/Users', user('case32', { foo: 1 })));
  await s.case('35 odd case of attribute names', '7643 s2.1', async () => {
    const { body } = await s.ok(201, 'POST', '/Users', { SCHEMAS: [USER], USERNAME: 'case35', Emails: [{ VALUE: 'case35@example.org', Type: 'work' }] });
    has(body, { userName: 'case35', emails: [{ value: 'case35@example.org', type: 'work' }] });
  });
  await s.case('36 ids are case-exact', '7643 s3.1', async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user('case36'));
    await s.error(404, null, 'GET', `/Users/${body.id.toUpperCase()}`);
  });
  await s.case('37 PUT creates nothing', '7644 s3.5.1', () => s.error(404, null, 'PUT', '/Users/2819c223-7f76-453a-919d-413861904646', user('case37')));
  await s.case('39 PUT clears what it leaves out, but not active', '7644 s3.5.1', async () => {
    const made = await s.ok(201, 'POST', '/Users', user('case39', { title: 'Chef', active: false }));
    const { body } = await s.ok(200, 'PUT', `/Users/${made.body.id}`, user('case39'));
    assert(!('title' in body));
    const on = await s.ok(201, 'POST', '/Users', user('case39b', { title: 'Chef' }));
    assert.equal((await s.ok(200, 'PUT', `/Users/${on.body.id}`, user('case39b'))).body.active, true);
    assert.equal((await s.ok(200, 'PUT', `/Users/${on.body.id}`, user('case39b', { active: false }))).body.active, false);
  });
  await s.case('40 null and [] unassign', '7643 s2.5', async () => {
    const made = await s.ok(201, 'POST', '/Users', user('case40', { nickName: 'N', emails: [{ value: 'case40@example.org' }] }));
    const { body } = await s.ok(200, 'PUT', `/Users/${made.body.id}`, user('case40', { nickName: null, emails: [] }));
    assert(!('nickName' in body) && !('emails' in body));
    await s.count(`/Users?filter=${enc('userName eq "case40" and nickName pr')}`, 0);
    await s.count(`/Users?filter=${enc('userName eq "case40" and emails pr')}`, 0);
  });
  await s.case('41 PUT ignores readOnly', '7644 s3.5.1', async () => {
    const made = await s.ok(201, 'POST', '/Users', user('case41'));
    const { body } = await s.ok(200, 'PUT', `/Users/${made.body.id}`, { ...made.body, title: 'T', groups: [{ value: 'x' }], meta: { ...made.body.meta, created: '2001-01-01T00:00:00Z' } });
    assert.equal(body.meta.created, made.body.meta.created);
    assert(!('groups' in body));
  });
  await s.case('44 renaming to a taken name', '7644 s3.5.1', async () => {
    await s.ok(201, 'POST', '/Users', user('case44a'));
    const b = await s.ok(201, 'POST', '/Users', user('case44b'));
    await s.error(409, 'uniqueness', 'PUT', `/Users/${b.body.id}`, user('CASE44A'));
    await s.error(409, 'uniqueness', 'PATCH', `/Users/${b.body.id}`, patch({ op: 'replace', path: 'userName', value: 'case44a' }));
    assert.equal((await s.ok(200, 'PATCH', `/Users/${b.body.id}`, patch({ op: 'replace', path: 'userName', value: 'case44c' }))).body.userName, 'case44c');
  });
  await s.case('46 delete', '7644 s3.6', async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user('case46'));
    assert.equal((await s.ok(204, 'DELETE', `/Users/${body.id}`)).body, null);
    await s.error(404, null, 'DELETE', `/Users/${body.id}`);
    await s.error(404, null, 'GET', `/Users/${body.id}`);
    await s.error(404, null, 'PATCH', `/Users/${body.id}`, patch({ op: 'replace', path: 'title', value: 'x' }));
    await s.error(404, null, 'PUT', `/Users/${body.id}`, user('case46'));
    const again = await s.ok(201, 'POST', '/Users', user('case46'));
    assert.notEqual(again.body.id, body.id);
  });
  await s.case('48 every attribute comes back byte for byte', '7643 s4', async () => {
    const whole = user('case48', {
      schemas: [USER, EXT], externalId: 'e48', displayName: 'Zoé  “48”', nickName: 'n', profileUrl: 'https://example.org/48', title: 'Chargée d’étude',
      userType: 'Employee', preferredLanguage: 'fr', locale: 'fr-FR', timezone: 'Europe/Paris', active: true,
      name: { formatted: 'Mme Zoé X', familyName: 'X', givenName: 'Zoé', middleName: 'M', honorificPrefix: 'Mme', honorificSuffix: 'III' },
      emails: [{ value: 'b48@example.org', type: 'home', display: 'B' }, { value: 'a48@example.org', type: 'work', primary: true }],
      phoneNumbers: [{ value: '+33 1 02 03 04 05', type: 'work' }, { value: '+33 6 00 00 00 00', type: 'mobile', primary: true }],
      ims: [{ value: 'zoe', type: 'xmpp' }], photos: [{ value: 'https://example.org/p.png', type: 'photo' }],
      addresses: [{ type: 'work', streetAddress: '1 rue X', locality: 'Paris', region: 'IdF', postalCode: '75001', country: 'FR', formatted: '1 rue X\nParis', primary: true }],
      entitlements: [{ value: 'e', type: 't' }], roles: [{ value: 'r', display: 'R', type: 't', primary: true }],
      [EXT]: { employeeNumber: '48', costCenter: 'c', organization: 'o', division: 'd', department: 'p' },
    });
    const { body } = await s.ok(201, 'POST', '/Users', whole);
    has((await s.ok(200, 'GET', `/Users/${body.id}`)).body, whole);
  });
  for (const [what, mail] of [['CRLF', 'a@example.org\r\nBcc: b@example.org'], ['a list', 'a@example.org, b@example.org'], ['a leading dash', '-bp@example.org'], ['no domain', 'a'], ['320 characters', `${'a'.repeat(320)}@example.org`], ['quotes', '"a b"@example.org']])
    await s.case(`56 a mail address with ${what}`, 'trust.md', () => s.error(400, 'invalidValue', 'POST', '/Users', user('case56', { emails: [{ value: mail }] })));
  for (const [i, name] of ['*', ')(uid=*', '\\2a', ',ou=admins', '+cn=x', '#0403414243', 'a"b'].entries())
    await s.case(`55 userName ${name}`, 'trust.md', async () => {
      const { status, body } = await s.send('POST', '/Users', user(name, { title: `hostile${i}` }));
      assert([201, 400].includes(status), `status ${status}`);
      if (status === 201) {
        assert.equal(body.userName, name);
        await s.count(`/Users?filter=${enc(`userName eq ${JSON.stringify(name)}`)}`, 1);
        await s.ok(204, 'DELETE', `/Users/${body.id}`);
      }
    });
  await s.case('58 a weak or prepared password', 'trust.md', async () => {
    await s.error(400, 'invalidValue', 'POST', '/Users', user('case58', { password: 'abc' }));
    await s.error(400, 'invalidValue', 'POST', '/Users', user('case58', { password: '{SSHA}0123456789abcdefghijklmnop' }));
    await s.count(`/Users?filter=${enc('userName eq "case58"')}`, 0);
  });
  await s.case('110 entity tags', '7644 s3.14', async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user('case110'));
    const at = `/Users/${body.id}`;
    const change = (value, headers) => s.send('PATCH', at, patch({ op: 'replace', path: 'title', value }), headers);
    assert.equal((await change('a', { 'If-Match': 'W/"stale"' })).status, 412);
    assert.equal((await change('a', { 'If-Match': '*' })).status, 200);
    const now = (await s.ok(200, 'GET', at)).body.meta.version;
    assert.notEqual(now, body.meta.version);
    assert.equal((await change('b', { 'If-Match': `W/"other", ${now}` })).status, 200);
    const tag = (await s.ok(200, 'GET', at)).body.meta.version;
    const unchanged = await s.ok(304, 'GET', at, undefined, { 'If-None-Match': tag });
    assert.equal(unchanged.headers.get('etag'), tag);
    assert.equal((await s.ok(304, 'GET', at, undefined, { 'If-None-Match': tag.replace('W/', '') })).body, null);
    await s.error(412, null, 'PUT', at, user('case110'), { 'If-Match': 'W/"stale"' });
    await s.error(412, null, 'DELETE', at, undefined, { 'If-Match': 'W/"stale"' });
    await s.ok(200, 'GET', at);
    await s.ok(204, 'DELETE', at, undefined, { 'If-Match': tag });
  });
  await s.case('115 groups', '7643 s4.2', async () => {
    const { body: u } = await s.ok(201, 'POST', '/Users', user('case115'));
    const { body: g } = await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: 'case 115', externalId: 'g115', members: [{ value: u.id }] });
    assert.deepEqual(g.members.map((m) => m.value), [u.id]);
    assert.equal(g.members[0].type, 'User');
    assert(g.members[0].$ref.endsWith(`/Users/${u.id}`));
    assert((await s.ok(200, 'GET', `/Users/${u.id}`)).body.groups.some((m) => m.value === g.id && m.display === 'case 115'));
    await s.error(409, 'uniqueness', 'POST', '/Groups', { schemas: [GROUP], displayName: 'CASE 115' });
    await s.error(400, 'invalidValue', 'PATCH', `/Groups/${g.id}`, patch({ op: 'add', path: 'members', value: [{ value: '2819c223-7f76-453a-919d-413861904646' }] }));
    const renamed = await s.ok([200, 204], 'PATCH', `/Groups/${g.id}`, patch({ op: 'replace', path: 'displayName', value: 'case 115 b' }));
    assert([200, 204].includes(renamed.status));
    const emptied = await s.ok(200, 'PUT', `/Groups/${g.id}`, { schemas: [GROUP], displayName: 'case 115 b', members: [] });
    assert(!('members' in emptied.body) || emptied.body.members.length === 0);
    await s.ok(204, 'DELETE', `/Groups/${g.id}`);
    await s.error(404, null, 'GET', `/Groups/${g.id}`);
  });
}
