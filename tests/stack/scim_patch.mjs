// scim.md 5e: PATCH.
import { strict as assert } from 'node:assert';
import { EXT, GROUP, PATCH, USER, patch, user } from './scim_suite.mjs';

export async function patches(s) {
  let number = 0;
  const base = { title: 'T', name: { givenName: 'G', familyName: 'F' },
    emails: [{ value: 'w@example.org', type: 'work', primary: true }, { value: 'h@example.org', type: 'home', display: 'H' }] };
  // A fresh person, the operations, and what must be there afterwards.
  const after = (name, operations, check, section = '7644 s3.5.2') => s.case(`PATCH ${name}`, section, async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user(`p-${number++}`, base));
    const changed = (await s.ok(200, 'PATCH', `/Users/${body.id}`, patch(...operations))).body;
    assert.deepEqual((await s.ok(200, 'GET', `/Users/${body.id}`)).body, changed, 'the answer is what is stored');
    await check(changed, body);
  });
  const refused = (name, operations, scimType, section = '7644 s3.5.2') => s.case(`PATCH ${name}`, section, async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user(`p-${number++}`, base));
    await s.error(400, scimType, 'PATCH', `/Users/${body.id}`, Array.isArray(operations) ? patch(...operations) : operations);
    assert.deepEqual((await s.ok(200, 'GET', `/Users/${body.id}`)).body, body, 'nothing changed');
  });
  const values = (u) => (u.emails ?? []).map((e) => e.value);

  for (const [what, body] of [['no schemas', { Operations: [{ op: 'add', path: 'title', value: 'x' }] }], ['a wrong URN', { schemas: [USER], Operations: [{ op: 'add', path: 'title', value: 'x' }] }],
    ['no operations', { schemas: [PATCH], Operations: [] }], ['operations missing', { schemas: [PATCH] }], ['op move', patch({ op: 'move', path: 'title' })], ['op missing', patch({ path: 'title', value: 'x' })],
    ['operations of text', { schemas: [PATCH], Operations: ['x'] }], ['op a number', patch({ op: 1, path: 'title' })]])
    await refused(`91 ${what}`, body, ['invalidSyntax', 'invalidValue']);
  await refused('92 remove without path', [{ op: 'remove' }], 'noTarget', '7644 s3.5.2.2');
  await s.case('PATCH 93 a no-op keeps version and date', '7644 s3.5.2.1', async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user(`p-${number++}`, base));
    for (const op of [{ op: 'add', path: 'emails', value: [{ value: 'w@example.org', type: 'work', primary: true }] }, { op: 'replace', path: 'title', value: 'T' }, { op: 'remove', path: 'nickName' }, { op: 'add', value: { title: 'T' } }]) {
      const { status } = await s.send('PATCH', `/Users/${body.id}`, patch(op));
      assert([200, 204].includes(status), `${JSON.stringify(op)}: ${status}`);
      assert.deepEqual((await s.ok(200, 'GET', `/Users/${body.id}`)).body, body, JSON.stringify(op));
    }
  });
  await after('94 add one object', [{ op: 'add', path: 'emails', value: { value: 'n@example.org', type: 'other' } }], (u) => assert.deepEqual(values(u), ['w@example.org', 'h@example.org', 'n@example.org']));
  await after('94 add two', [{ op: 'add', path: 'emails', value: [{ value: 'n@example.org' }, { value: 'o@example.org' }] }], (u) => assert.equal(u.emails.length, 4));
  await after('95 add a primary moves it', [{ op: 'add', path: 'emails', value: { value: 'n@example.org', primary: true } }], (u) => assert.deepEqual(u.emails.filter((e) => e.primary).map((e) => e.value), ['n@example.org']));
  await after('96 replace primary by filter', [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }], (u) => assert.deepEqual(u.emails.filter((e) => e.primary).map((e) => e.type), ['home']));
  await after('97 replace name merges', [{ op: 'replace', path: 'name', value: { givenName: 'N' } }], (u) => assert.deepEqual([u.name.givenName, u.name.familyName], ['N', 'F']), '7644 s3.5.2.3');
  await after('98 replace emails replaces all', [{ op: 'replace', path: 'emails', value: [{ value: 'x@example.org' }] }], (u) => assert.deepEqual(values(u), ['x@example.org']));
  await after('99 replace a value by filter', [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'y@example.org' }], (u) => assert.deepEqual(values(u), ['y@example.org', 'h@example.org']));
  await refused('100 replace without a match', [{ op: 'replace', path: 'emails[type eq "zzz"].value', value: 'x@example.org' }], 'noTarget', 'Table 9');
  await after('101 remove by filter', [{ op: 'remove', path: 'emails[type eq "home"]' }], (u) => assert.deepEqual(values(u), ['w@example.org']));
  await after('102 remove a sub-attribute', [{ op: 'remove', path: 'emails[type eq "home"].display' }], (u) => assert.deepEqual(u.emails[1], { value: 'h@example.org', type: 'home' }));
  await after('102b remove all', [{ op: 'remove', path: 'emails' }], (u) => assert(!('emails' in u)));
  await refused('103 remove userName', [{ op: 'remove', path: 'userName' }], ['mutability', 'invalidValue']);
  await refused('103 userName null', [{ op: 'replace', path: 'userName', value: null }], ['mutability', 'invalidValue']);
  for (const [path, value] of [['id', 'x'], ['meta.created', '2001-01-01T00:00:00Z'], ['groups', [{ value: 'x' }]], ['schemas', []]])
    await refused(`104 replace ${path}`, [{ op: 'replace', path, value }], ['mutability', 'invalidValue']);
  await after('105 a path-less replace of several', [{ op: 'replace', value: { title: 'A', nickName: 'B', active: false } }], (u) => assert.deepEqual([u.title, u.nickName, u.active], ['A', 'B', false]));
  await after('106 in order', [{ op: 'remove', path: 'title' }, { op: 'add', path: 'title', value: 'a' }, { op: 'replace', path: 'title', value: 'b' }], (u) => assert.equal(u.title, 'b'));
  await refused('107 atomic', [{ op: 'replace', path: 'title', value: 'changed' }, { op: 'replace', path: 'nope', value: 1 }], ['invalidPath', 'invalidValue', 'invalidSyntax', 'noTarget']);
  await after('108 the extension as a whole', [{ op: 'add', path: EXT, value: { department: 'D' } }], (u) => { assert.equal(u[EXT].department, 'D'); assert(u.schemas.includes(EXT)); }, '7644 s3.10');
  await after('108 an extension path', [{ op: 'add', path: `${EXT}:department`, value: 'E' }], (u) => assert.equal(u[EXT].department, 'E'), '7644 s3.10');
  await after('108 a qualified core path', [{ op: 'replace', path: `${USER}:name.familyName`, value: 'Q' }], (u) => assert.equal(u.name.familyName, 'Q'), '7644 s3.10');
  await after('108 manager and its removal', [{ op: 'add', path: `${EXT}:department`, value: 'E' }], async (u) => {
    const boss = (await s.ok(201, 'POST', '/Users', user(`p-${number++}`))).body;
    const set = (await s.ok(200, 'PATCH', `/Users/${u.id}`, patch({ op: 'add', path: `${EXT}:manager`, value: { value: boss.id } }))).body;
    assert.equal(set[EXT].manager.value, boss.id);
    const unset = (await s.ok(200, 'PATCH', `/Users/${u.id}`, patch({ op: 'remove', path: `${EXT}:manager` }))).body;
    assert(!unset[EXT]?.manager);
  });
  for (const path of ['emails[0]', 'emails[type eq]', 'name..x', 'members[value eq "a"', '[type eq "work"]', 'emails[type eq "work"]x', 'nope', '.title', 'title.', 'emails[type eq "work"].nope'])
    await refused(`109 path ${path}`, [{ op: 'replace', path, value: 'x' }], ['invalidPath', 'invalidFilter', 'noTarget'], '7644 figure 7');
  await after('op in another case', [{ op: 'Replace', path: 'title', value: 'C' }], (u) => assert.equal(u.title, 'C'), 'Entra ID');
  await after('active off and on', [{ op: 'replace', path: 'active', value: false }], async (u) => {
    assert.equal(u.active, false);
    assert.equal((await s.ok(200, 'PATCH', `/Users/${u.id}`, patch({ op: 'replace', path: 'active', value: true }))).body.active, true);
  });
  await refused('active as other text', [{ op: 'replace', path: 'active', value: 'perhaps' }], ['invalidValue', 'invalidSyntax']);
  await s.case('PATCH 120 a password', '7643 s4.1.1', async () => {
    const { body } = await s.ok(201, 'POST', '/Users', user(`p-${number++}`, base));
    const changed = await s.send('PATCH', `/Users/${body.id}`, patch({ op: 'replace', path: 'password', value: 'Un-autre-mot-de-passe-120' }));
    assert([200, 204].includes(changed.status), JSON.stringify(changed.body));
    assert(!/password|mot-de-passe/i.test(JSON.stringify(changed.body)));
    await s.error(400, 'invalidValue', 'PATCH', `/Users/${body.id}`, patch({ op: 'replace', path: 'password', value: 'abc' }));
  });

  const people = [];
  for (let i = 0; i < 4; i++) people.push((await s.ok(201, 'POST', '/Users', user(`pm-${i}`))).body.id);
  const [a, b, c, d] = people;
  const on_group = (name, operations, expected, section = '7644 s3.5.2') => s.case(`PATCH group: ${name}`, section, async () => {
    const { body } = await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: `pg-${number++}`, members: [{ value: a }, { value: b }] });
    await s.ok([200, 204], 'PATCH', `/Groups/${body.id}`, patch(...operations));
    const now = (await s.ok(200, 'GET', `/Groups/${body.id}`)).body;
    assert.deepEqual((now.members ?? []).map((m) => m.value).sort(), [...expected].sort());
  });
  await on_group('114 add twice', [{ op: 'add', path: 'members', value: [{ value: c }] }, { op: 'add', path: 'members', value: [{ value: c }] }], [a, b, c]);
  await on_group('114 remove an absent member', [{ op: 'remove', path: `members[value eq "${d}"]` }], [a, b]);
  await on_group('116 remove two by filter', [{ op: 'remove', path: `members[value eq "${a}" or value eq "${b}"]` }], []);
  await on_group('116 remove by type', [{ op: 'remove', path: 'members[type eq "User"]' }], []);
  await on_group('remove one by filter', [{ op: 'remove', path: `members[value eq "${a}"]` }], [b]);
  await on_group('remove with a value array removes only those', [{ op: 'remove', path: 'members', value: [{ value: a }] }], [b], 'Entra ID');
  await on_group('remove all', [{ op: 'remove', path: 'members' }], []);
  await on_group('replace', [{ op: 'replace', path: 'members', value: [{ value: c }, { value: d }] }], [c, d]);
  await on_group('replace by nothing', [{ op: 'replace', path: 'members', value: [] }], [], 'Okta');
  await on_group('add then remove', [{ op: 'add', path: 'members', value: [{ value: c }, { value: d }] }, { op: 'remove', path: `members[value eq "${c}"]` }], [a, b, d]);
  await on_group('path-less', [{ op: 'add', value: { members: [{ value: c }] } }], [a, b, c]);
  await s.case('PATCH group: 117 a member is immutable', '7643 s8.7.1', async () => {
    const { body } = await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: `pg-${number++}`, members: [{ value: a }] });
    await s.error(400, ['mutability', 'invalidValue'], 'PATCH', `/Groups/${body.id}`, patch({ op: 'replace', path: `members[value eq "${a}"].value`, value: b }));
  });
  await s.case('50 parallel additions to one group lose nothing', 'scim.md', async () => {
    const { body } = await s.ok(201, 'POST', '/Groups', { schemas: [GROUP], displayName: `pg-${number++}` });
    const many = await Promise.all(Array.from({ length: 50 }, async (_, i) => (await s.ok(201, 'POST', '/Users', user(`pp-${i}`))).body.id));
    const answers = await Promise.all(many.map((value) => s.send('PATCH', `/Groups/${body.id}`, patch({ op: 'add', path: 'members', value: [{ value }] }))));
    assert(answers.every((r) => [200, 204].includes(r.status)), answers.map((r) => r.status).join(' '));
    assert.deepEqual((await s.ok(200, 'GET', `/Groups/${body.id}`)).body.members.map((m) => m.value).sort(), many.sort());
  });
  await s.case('20 parallel creations of one name: one 201, nineteen 409', '7644 s3.3', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => s.send('POST', '/Users', user('p-same'))));
    assert.equal(answers.filter((r) => r.status === 201).length, 1);
    assert.equal(answers.filter((r) => r.status === 409 && r.body.scimType === 'uniqueness').length, 19, answers.map((r) => r.status).join(' '));
  });
}
