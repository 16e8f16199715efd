// What Entra ID, Okta and others really send, word for word, to a client of each dialect (scim.md 119). Which
// dialect takes which form follows from the table in docs/scim.md; each form names the quirks it needs.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, until } from '../support/stack.mjs';
import { EXT, GROUP, NOBODY, PATCH, USER, enc, group, has, ids, patch, user } from './scim_suite.mjs';

const DIALECTS = ['rfc', 'entra', 'okta', 'strict'];
const MICROSOFT_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
const MANAGER = `${EXT}:manager`;
const OKTA = { 'Content-Type': 'application/json', Accept: 'application/scim+json; charset=utf-8' };

// {quirk: [dialects that take it]} as docs/scim.md says.
function quirk_table() {
  const rows = readFileSync(join(root, 'docs/scim.md'), 'utf8').matchAll(/^\| `([a-z-]+)` \|.*\| (yes|no) \| (yes|no) \| (yes|no) \| (yes|no) \|$/gm);
  return Object.fromEntries([...rows].map(([, quirk, ...taken]) => [quirk, DIALECTS.filter((_, i) => taken[i] === 'yes')]));
}

const work = (u) => u.emails?.find((e) => e.type === 'work')?.value;
const entra_user = (name, more = {}) => ({ schemas: [USER, EXT], externalId: `${name}-ext`, userName: name, active: true, displayName: 'Displayed',
  emails: [{ primary: true, type: 'work', value: `${name}@example.org` }],
  meta: { resourceType: 'User' }, name: { formatted: 'Given Family', familyName: 'Family', givenName: 'Given' }, roles: [], ...more });
const okta_user = (name, more = {}) => ({ schemas: [USER], userName: name, name: { givenName: 'Okta', familyName: 'User' },
  emails: [{ primary: true, value: `${name}@example.org`, type: 'work' }], displayName: 'Okta User', locale: 'en-US', externalId: '00u1', groups: [],
  ...more });
const bare = (name, more = {}) => ({ userName: name, ...more });

// [name, quirks, body(name, boss), check(answer)]: POST /Users.
const CREATIONS = [
  ['Entra: create', '', (n) => entra_user(n), (u) => has(u, { displayName: 'Displayed', active: true, roles: undefined,
    name: { formatted: 'Given Family', familyName: 'Family', givenName: 'Given' } })],
  ['Entra: create, active as text', 'string-boolean', (n) => entra_user(n, { active: 'True' }), (u) => has(u, { active: true })],
  ['Entra: create disabled, as text', 'string-boolean', (n) => entra_user(n, { active: 'False' }), (u) => has(u, { active: false })],
  ['Entra: create, primary as text', 'string-boolean', (n) => entra_user(n, { emails: [{ primary: 'True', type: 'work', value: `${n}@example.org` }] }),
    (u) => assert.equal(u.emails[0].primary, true)],
  ['Entra: create, bare manager', 'bare-manager', (n, boss) => entra_user(n, { [EXT]: { department: 'D', manager: boss } }),
    (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: create, empty bare manager', 'bare-manager', (n) => entra_user(n, { [EXT]: { department: 'D', manager: '' } }), (u) => assert(!u[EXT].manager)],
  ['Entra: create, manager with $ref null', '', (n, boss) => entra_user(n, { [EXT]: { manager: { $ref: null, value: boss } } }),
    (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: create, unknown attribute', 'unknown-attribute', (n) => entra_user(n, { extensionAttribute1: 'x' }), (u) => assert(!('extensionAttribute1' in u))],
  ['Entra: create, unknown sub-attribute', 'unknown-attribute', (n) => entra_user(n, { name: { familyName: 'F', nope: 'x' } }),
    (u) => has(u, { name: { familyName: 'F' } })],
  ['Entra: create, unknown attribute of the extension', 'unknown-attribute', (n) => entra_user(n, { [EXT]: { department: 'D', nope: 'x' } }),
    (u) => has(u, { [EXT]: { department: 'D' } })],
  ['Entra: create, foreign schema', 'foreign-schema', (n) => entra_user(n,
    { schemas: [USER, EXT, 'urn:ietf:params:scim:schemas:extension:Custom:2.0:User'] }), (u) => assert(!u.schemas.some((x) => /Custom/.test(x)))],
  ['Entra: create, foreign schema and its attributes', 'foreign-schema unknown-attribute',
    (n) => entra_user(n, { schemas: [USER, 'urn:x:Custom'], 'urn:x:Custom': { a: 1 } }), (u) => assert(!('urn:x:Custom' in u))],
  ['others: create without schemas', 'schemas-missing', (n) => bare(n), (u) => has(u, { active: true })],
  ['others: create with an empty list of schemas', 'schemas-missing', (n) => bare(n, { schemas: [] }), (u) => has(u, { active: true })],
  ['Okta: create', '', (n) => okta_user(n, { password: 'Un-mot-de-passe-okta', active: true }),
    (u) => has(u, { locale: 'en-US', active: true, groups: undefined, password: undefined })],
  ['Okta: create, phone without type', '', (n) => okta_user(n, { phoneNumbers: [{ value: '+33 1 02 03 04 05', primary: true }] }),
    (u) => assert.equal(u.phoneNumbers.length, 1)],
  ['others: names of attributes in another case', '', (n) => ({ Schemas: [USER], USERNAME: n, Emails: [{ VALUE: `${n}@example.org`, Type: 'work' }] }),
    (u) => assert.match(work(u), /@example.org$/)],
];

// [name, quirks, operations(boss), check(user)]: PATCH of a person with a title, two names and one work address.
const op = (word, path, value) => ({ op: word, path, ...(value === undefined ? {} : { value }) });
const CHANGES = [
  ['Entra: disable', 'op-case string-boolean', () => [op('Replace', 'active', 'False')], (u) => has(u, { active: false })],
  ['Entra: disable, op in small letters', 'string-boolean', () => [op('replace', 'active', 'False')], (u) => has(u, { active: false })],
  ['Entra: disable, a boolean', 'op-case', () => [op('Replace', 'active', false)], (u) => has(u, { active: false })],
  ['Entra: disable by add', 'op-case string-boolean', () => [op('Add', 'active', 'False')], (u) => has(u, { active: false })],
  ['Entra: enable', 'op-case string-boolean', () => [op('Replace', 'active', 'True')], (u) => has(u, { active: true })],
  ['others: active in small letters', 'string-boolean', () => [op('replace', 'active', 'false')], (u) => has(u, { active: false })],
  ['others: disable', '', () => [op('replace', 'active', false)], (u) => has(u, { active: false })],
  ['Entra: op in capitals', 'op-case', () => [op('REPLACE', 'title', 'New')], (u) => has(u, { title: 'New' })],
  ['Entra: several at once', '', () => [op('replace', 'displayName', 'D'), op('replace', 'name.familyName', 'New'),
    op('replace', 'emails[type eq "work"].value', 'new@example.org'), op('replace', `${EXT}:department`, 'DSI')],
    (u) => { has(u, { displayName: 'D' }); assert.deepEqual([u.name.familyName, work(u), u[EXT].department], ['New', 'new@example.org', 'DSI']); }],
  ['Entra: several at once, capital op', 'op-case', () => [op('Replace', 'emails[type eq "work"].value', 'new@example.org'),
    op('Replace', 'name.familyName', 'New'), op('Add', 'nickName', 'N')],
    (u) => assert.deepEqual([work(u), u.name.familyName, u.nickName], ['new@example.org', 'New', 'N'])],
  ['Entra: rename', 'op-case', () => [op('Replace', 'userName', 'RENAMED')], (u) => assert.match(u.userName, /^renamed-/)],
  ['Entra: rename, path-less', 'op-case pathless', () => [{ op: 'Replace', value: { userName: 'RENAMED' } }], (u) => assert.match(u.userName, /^renamed-/)],
  ['Entra: add on a value that is not there', 'op-case add-creates', () => [op('Add', 'emails[type eq "other"].value', 'o@example.org')],
    (u) => assert(u.emails.some((e) => e.type === 'other' && e.value === 'o@example.org'))],
  ['others: the same in small letters', 'add-creates', () => [op('add', 'phoneNumbers[type eq "mobile"].value', '+33 6 12 34 56 78')],
    (u) => assert.deepEqual(u.phoneNumbers, [{ type: 'mobile', value: '+33 6 12 34 56 78' }])],
  ['Entra: add of an address', 'op-case add-creates', () => [op('Add', 'addresses[type eq "work"].locality', 'Paris'),
    op('Add', 'addresses[type eq "work"].country', 'FR')], (u) => assert.deepEqual(u.addresses, [{ type: 'work', locality: 'Paris', country: 'FR' }])],
  ['Entra: replace of a value that is not there', 'op-case replace-creates',
    () => [op('Replace', 'phoneNumbers[type eq "mobile"].value', '+33 6 12 34 56 78')], (u) => assert.equal(u.phoneNumbers[0].type, 'mobile')],
  ['others: the same in small letters, a mail', 'replace-creates', () => [op('replace', 'emails[type eq "home"].value', 'h@example.org')],
    (u) => assert.equal(u.emails.length, 2)],
  ['Entra: a role that is primary', 'op-case string-boolean add-creates', () => [op('Add', 'roles[primary eq "True"].value', 'reader')],
    (u) => assert.deepEqual(u.roles, [{ primary: true, value: 'reader' }])],
  ['Entra: replace of a role that is primary', 'op-case string-boolean replace-creates', () => [op('Replace', 'roles[primary eq "True"].value', 'reader')],
    (u) => assert.deepEqual(u.roles, [{ primary: true, value: 'reader' }])],
  ['Entra: a role that is primary, a boolean', 'add-creates', () => [op('add', 'roles[primary eq true].value', 'reader')],
    (u) => assert.deepEqual(u.roles, [{ primary: true, value: 'reader' }])],
  ['Entra: empty roles', 'op-case', () => [op('Replace', 'roles', [])], (u) => assert(!('roles' in u))],
  ['Entra: path-less', 'op-case pathless', () => [{ op: 'Replace', value: { displayName: 'Other', title: 'New' } }],
    (u) => has(u, { displayName: 'Other', title: 'New' })],
  ['others: path-less', 'pathless', () => [{ op: 'replace', value: { displayName: 'Other', name: { familyName: 'New' } } }],
    (u) => { has(u, { displayName: 'Other' }); assert.equal(u.name.familyName, 'New'); }],
  ['others: path-less, path null', 'pathless', () => [{ op: 'replace', path: null, value: { title: 'New' } }], (u) => has(u, { title: 'New' })],
  ['others: path-less add', 'pathless', () => [{ op: 'add', value: { nickName: 'N' } }], (u) => has(u, { nickName: 'N' })],
  ['Okta: deactivate', 'pathless', () => [{ op: 'replace', value: { active: false } }], (u) => has(u, { active: false })],
  ['Entra: path-less, active as text', 'op-case pathless string-boolean', () => [{ op: 'Replace', value: { active: 'False' } }],
    (u) => has(u, { active: false })],
  ['Entra: path-less, the extension as an object', 'pathless', () => [{ op: 'replace', value: { [EXT]: { department: 'DSI' } } }],
    (u) => assert.equal(u[EXT].department, 'DSI')],
  ['Entra: dotted keys', 'op-case pathless dotted-keys', () => [{ op: 'Replace', value: { 'name.givenName': 'Eve', 'name.familyName': 'New' } }],
    (u) => assert.deepEqual([u.name.givenName, u.name.familyName], ['Eve', 'New'])],
  ['Entra: qualified keys', 'pathless', () => [{ op: 'replace', value: { [`${EXT}:department`]: 'DSI' } }],
    (u) => assert.equal(u[EXT].department, 'DSI')],
  ['Entra: keys that are paths', 'pathless dotted-keys', () => [{ op: 'replace',
    value: { 'emails[type eq "work"].value': 'new@example.org', displayName: 'Other' } }], (u) => assert.equal(work(u), 'new@example.org')],
  ['Entra: a dotted manager', 'pathless dotted-keys', (boss) => [{ op: 'add', value: { [`${MANAGER}.value`]: boss } }],
    (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: path-less with unknown attributes', 'pathless unknown-attribute', () => [{ op: 'replace', value: { displayName: 'Other', unknown: 'x' } }],
    (u) => has(u, { displayName: 'Other' })],
  ['Okta: path-less with its id', 'pathless pathless-read-only', () => [{ op: 'replace', value: { id: NOBODY, displayName: 'Other' } }],
    (u) => { has(u, { displayName: 'Other' }); assert.notEqual(u.id, NOBODY); }],
  ['others: path-less with id, meta and groups', 'pathless pathless-read-only',
    () => [{ op: 'replace', value: { id: NOBODY, meta: { version: 'x' }, groups: [], displayName: 'Other' } }], (u) => has(u, { displayName: 'Other' })],
  ['Entra: a manager, bare', 'op-case bare-manager', (boss) => [op('Add', MANAGER, boss)], (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: a manager, bare, replaced', 'bare-manager', (boss) => [op('replace', MANAGER, boss)], (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: a manager, bare and empty', 'op-case bare-manager', () => [op('Replace', MANAGER, '')], (u) => assert(!u[EXT]?.manager)],
  ['Entra: a manager, then an empty one', 'bare-manager', (boss) => [op('add', MANAGER, { value: boss }), op('replace', MANAGER, '')],
    (u) => assert(!u[EXT]?.manager)],
  ['Entra: a manager with $ref null', 'op-case', (boss) => [op('Add', MANAGER, { $ref: null, value: boss })],
    (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: the value of a manager', 'op-case', (boss) => [op('Add', `${MANAGER}.value`, boss)], (u, boss) => assert.equal(u[EXT].manager.value, boss)],
  ['Entra: a manager removed', 'op-case', (boss) => [op('Add', MANAGER, { value: boss }), op('Remove', MANAGER)], (u) => assert(!u[EXT]?.manager)],
  ['Entra: add, then remove', 'op-case', () => [op('Add', 'nickName', 'N'), op('Remove', 'nickName'), op('Remove', 'title')],
    (u) => has(u, { nickName: undefined, title: undefined })],
  ['Entra: an unknown path', 'op-case unknown-attribute', () => [op('Replace', 'extensionAttribute1', 'x'), op('Replace', 'title', 'New')],
    (u) => has(u, { title: 'New' })],
  ['Entra: an unknown path of the extension', 'unknown-attribute', () => [op('replace', `${EXT}:nope`, 'x'), op('replace', 'title', 'New')],
    (u) => has(u, { title: 'New' })],
  ['others: further members of an operation', 'op-case pathless extra-members', () => [{ name: 'updateUser', op: 'Replace', value: { title: 'New' } }],
    (u) => has(u, { title: 'New' })],
  ['others: names in another case', '', () => [op('replace', 'EMAILS[TYPE eq "work"].VALUE', 'new@example.org'), op('replace', 'NAME.GIVENNAME', 'Eve')],
    (u) => assert.deepEqual([work(u), u.name.givenName], ['new@example.org', 'Eve'])],
  ['others: repeated adds', '', () => [op('add', 'emails', [{ value: 'o@example.org', type: 'other' }]),
    op('add', 'emails', [{ value: 'o@example.org', type: 'other' }])], (u) => assert.equal(u.emails.length, 2)],
  ['others: one object for a list', '', () => [op('add', 'emails', { value: 'o@example.org', type: 'other' })], (u) => assert.equal(u.emails.length, 2)],
];
// [name, quirks, message, check]: whole bodies of PATCH.
const MESSAGES = [
  ['Entra: further members of the message', 'extra-members',
    (id) => ({ schemas: [PATCH], id, externalId: 'e', name: 'n', Operations: [op('replace', 'title', 'New')] })],
  ['others: no schemas', 'schemas-missing', () => ({ Operations: [op('replace', 'title', 'New')] })],
  ['others: members of the message in another case', '', () => ({ SCHEMAS: [PATCH.toUpperCase()],
    operations: [{ OP: 'replace', Path: 'title', VALUE: 'New' }] })],
];
// [name, quirks, body(id, now), check]: PUT of that person.
const REPLACEMENTS = [
  ['Okta: update', '', (now) => okta_user(now.userName, { id: now.id, meta: { resourceType: 'User' }, title: 'New', active: true }),
    (u) => has(u, { title: 'New', active: true, locale: 'en-US' })],
  ['Okta: update that leaves active out', '', (now) => okta_user(now.userName), (u) => has(u, { active: true, title: undefined })],
  ['Okta: deactivate', '', (now) => okta_user(now.userName, { active: false }), (u) => has(u, { active: false })],
  ['others: active as text', 'string-boolean', (now) => okta_user(now.userName, { active: 'false' }), (u) => has(u, { active: false })],
  ['others: an unknown attribute', 'unknown-attribute', (now) => okta_user(now.userName, { nope: 1 }), (u) => assert(!('nope' in u))],
  ['others: no schemas', 'schemas-missing', (now) => bare(now.userName), (u) => has(u, { title: undefined })],
  ['Entra: everything read, sent back', '', (now) => now, (u) => has(u, { title: 'T' })],
];
// [name, quirks, operations({g, a, b, c}), members afterwards]: PATCH of a group of a and b.
const MEMBERS = [
  ['Entra: add with $ref null', 'op-case', ({ c }) => [op('Add', 'members', [{ $ref: null, value: c }])], 'a b c'],
  ['Entra: add two, one of them there', 'op-case', ({ b, c }) => [op('Add', 'members', [{ $ref: null, value: b }, { $ref: null, value: c }])], 'a b c'],
  ['Entra: remove by value', 'op-case remove-by-value', ({ b }) => [op('Remove', 'members', [{ $ref: null, value: b }])], 'a'],
  ['Entra: remove two by value', 'op-case remove-by-value', ({ a, b }) => [op('Remove', 'members', [{ value: a }, { value: b }])], ''],
  ['Entra: remove by value somebody who is none', 'remove-by-value', ({ c }) => [op('remove', 'members', [{ value: c }])], 'a b'],
  ['Entra: remove nobody by value', 'remove-by-value', () => [op('remove', 'members', [])], 'a b'],
  ['others: remove one object by value', 'remove-by-value', ({ b }) => [op('remove', 'members', { value: b })], 'a'],
  ['Entra: add in one operation for each', 'op-case', ({ b, c }) => [op('Add', 'members', [{ value: c }]), op('Add', 'members', [{ value: b }])], 'a b c'],
  ['Okta: add without type', '', ({ c }) => [op('add', 'members', [{ value: c, display: 'okta@example.org' }])], 'a b c'],
  ['Okta: remove by filter', '', ({ b }) => [op('remove', `members[value eq "${b}"]`)], 'a'],
  ['Entra: remove by filter, capital op', 'op-case', ({ b }) => [op('Remove', `members[value eq "${b}"]`)], 'a'],
  ['Okta: add by filter', 'add-creates', ({ c }) => [op('add', `members[value eq "${c}"]`, {})], 'a b c'],
  ['Okta: replace by nobody', '', () => [op('replace', 'members', [])], ''],
  ['Okta: replace by all', '', ({ a, c }) => [op('replace', 'members', [{ value: a }, { value: c }])], 'a c'],
  ['Entra: replace, capital op', 'op-case', ({ c }) => [op('Replace', 'members', [{ value: c }])], 'c'],
  ['others: remove all', '', () => [op('remove', 'members')], ''],
  ['others: add, then remove', '', ({ b, c }) => [op('add', 'members', [{ value: c }]), op('remove', `members[value eq "${b}"]`)], 'a c'],
  ['others: add path-less', 'pathless', ({ c }) => [{ op: 'add', value: { members: [{ value: c }] } }], 'a b c'],
  ['others: one object', '', ({ c }) => [op('add', 'members', { value: c })], 'a b c'],
  ['others: repeated adds', '', ({ c }) => [op('add', 'members', [{ value: c }]), op('add', 'members', [{ value: c }]),
    op('add', 'members', [{ value: c }, { value: c }])], 'a b c'],
  ['Okta: rename', 'pathless pathless-read-only', ({ g }) => [{ op: 'replace', value: { id: g, displayName: 'RENAMED' } }], 'a b'],
  ['others: rename path-less', 'pathless', () => [{ op: 'replace', value: { displayName: 'RENAMED' } }], 'a b'],
  ['Entra: rename', 'op-case', () => [op('Replace', 'displayName', 'RENAMED')], 'a b'],
  ['others: rename', '', () => [op('replace', 'displayName', 'RENAMED')], 'a b'],
  ['Entra: externalId', 'op-case', () => [op('Add', 'externalId', 'g-ext-2')], 'a b'],
];
const GROUPS = [
  ['Entra: push', 'foreign-schema', (name) => ({ schemas: [GROUP, MICROSOFT_GROUP], externalId: 'g-ext', displayName: name,
    meta: { resourceType: 'Group' } })],
  ['Entra: push with members', '', (name, a) => ({ schemas: [GROUP], externalId: 'g-ext', displayName: name, members: [{ $ref: null, value: a }] }), 1],
  ['Okta: push', '', (name) => ({ schemas: [GROUP], displayName: name, members: [] })],
  ['Okta: push with members', '', (name, a) => ({ schemas: [GROUP], displayName: name, members: [{ value: a, display: 'okta@example.org' }] }), 1],
  ['others: push without schemas', 'schemas-missing', (name) => ({ displayName: name })],
  ['others: an unknown attribute', 'unknown-attribute', (name) => ({ schemas: [GROUP], displayName: name, mailNickname: 'x' })],
];

async function one_dialect(s, dialect, table) {
  let number = 0;
  const fresh = (what) => `${what}-${dialect}-${number++}`;
  const takes = (quirks) => quirks.every((quirk) => table[quirk].includes(dialect));
  const counted = async () => Object.fromEntries(await Promise.all(Object.keys(table).map(async (quirk) => [quirk,
    await s.metric('habilitd_scim_quirks_total', `dialect="${dialect}"`, `quirk="${quirk}"`)])));
  // One exchange: taken, with exactly the named quirks counted once each; or refused, and nothing changed.
  const form = (name, words, send, taken, at) => s.case(`401 ${dialect} ${name}`, 'scim.md 119, docs/scim.md', async () => {
    const quirks = words.split(' ').filter(Boolean);
    const path = at?.(), was = path && await s.read(path), before = await counted();
    const answer = await send();
    if (!takes(quirks)) {
      assert.equal(answer.status, 400, `${JSON.stringify(answer.body)} needs ${quirks.filter((q) => !table[q].includes(dialect))}`);
      s.check_error(answer, 400);
      assert(answer.body.scimType, 'a scimType');
      if (path) assert.deepEqual(await s.read(path), was, 'nothing changed');
      return;
    }
    assert([200, 201, 204].includes(answer.status), `${answer.status} ${JSON.stringify(answer.body)}`);
    await taken(answer);
    const after = await counted();
    assert.deepEqual(Object.keys(table).filter((quirk) => after[quirk] !== before[quirk]).sort(), [...quirks].sort(), 'the quirks that are counted');
    for (const quirk of quirks) assert.equal(after[quirk], before[quirk] + 1, quirk);
  });

  const boss = await s.person(fresh('boss'));
  for (const [name, quirks, body, check] of CREATIONS) {
    const userName = fresh('made');
    await form(name, quirks, () => s.send('POST', '/Users', body(userName, boss), name.startsWith('Okta') ? OKTA : {}), async ({ body: made }) => {
      check(made, boss);
      assert.deepEqual(await s.read(`/Users/${made.id}`), made);
    });
    if (!takes(quirks.split(' ').filter(Boolean))) await s.count(`/Users?filter=${enc(`userName eq "${userName}"`)}`, 0);
  }
  const someone = async () => {
    const userName = fresh('p');
    return s.make('/Users', user(userName, { title: 'T', displayName: 'P', name: { givenName: 'G', familyName: 'F' },
      emails: [{ value: `${userName}@example.org`, type: 'work', primary: true }] }));
  };
  for (const [name, quirks, operations, check] of CHANGES) {
    const { id } = await someone();
    const body = JSON.parse(JSON.stringify(patch(...operations(boss))).replaceAll('RENAMED', fresh('renamed')));
    await form(name, quirks, () => s.send('PATCH', `/Users/${id}`, body), async () => check(await s.read(`/Users/${id}`), boss), () => `/Users/${id}`);
  }
  for (const [name, quirks, message] of MESSAGES) {
    const { id } = await someone();
    await form(name, quirks, () => s.send('PATCH', `/Users/${id}`, message(id)), async () => has(await s.read(`/Users/${id}`), { title: 'New' }),
      () => `/Users/${id}`);
  }
  for (const [name, quirks, body, check] of REPLACEMENTS) {
    const now = await someone();
    await form(name, quirks, () => s.send('PUT', `/Users/${now.id}`, body(now), OKTA), async () => check(await s.read(`/Users/${now.id}`)),
      () => `/Users/${now.id}`);
  }
  const [a, b, c] = [boss, (await someone()).id, (await someone()).id];
  for (const [name, quirks, operations, left] of MEMBERS) {
    const { id: g } = await s.make('/Groups', group(fresh('g'), [a, b]));
    const called = fresh('renamed');
    const body = JSON.parse(JSON.stringify(patch(...operations({ g, a, b, c }))).replaceAll('RENAMED', called));
    await form(name, quirks, () => s.send('PATCH', `/Groups/${g}`, body), async () => {
      const now = await s.read(`/Groups/${g}`);
      assert.deepEqual(ids(now.members), left.split(' ').filter(Boolean).map((x) => ({ a, b, c })[x]).sort());
      if (name.includes('rename')) has(now, { displayName: called, id: g });
    }, () => `/Groups/${g}`);
  }
  for (const [name, quirks, body, members = 0] of GROUPS)
    await form(name, quirks, () => s.send('POST', '/Groups', body(fresh('g'), a)), async ({ body: made }) => {
      assert.equal((await s.read(`/Groups/${made.id}`)).members?.length ?? 0, members);
      assert.deepEqual(made.schemas, [GROUP]);
    });

  await s.case(`402 ${dialect}: probe queries`, 'scim.md 119', async () => {
    const ada = await s.make('/Users', entra_user(fresh('Ada'), { schemas: [USER, EXT], [EXT]: { manager: { value: boss } } }));
    const name = ada.userName, g = await s.make('/Groups', group(fresh('Staff'), [ada.id], { externalId: `${name}-g` }));
    for (const [path, expected] of [[`/Users?filter=${enc('userName eq "no-such-user-4f3a"')}`, 0],
      [`/Users?filter=${enc(`userName eq "${name.toUpperCase()}"`)}`, 1], [`/Users?filter=${enc(`userName Eq "${name}"`)}`, 1],
      [`/Users?filter=${enc(`externalId eq "${name}-ext"`)}`, 1],
      [`/Users?filter=${enc(`externalId eq "${name.toUpperCase()}-ext"`)}`, 0],
      [`/Users?filter=${enc(`emails[type eq "work"].value eq "${name}@example.org"`)}`, 1],
      [`/Users?filter=${enc(`emails.value eq "${name}@example.org"`)}`, 1], [`/Users?filter=${enc(`id eq "${ada.id}"`)}`, 1],
      [`/Users?filter=${enc(`id eq "${ada.id}" and ${MANAGER} eq "${boss}"`)}&attributes=id`, 1],
      [`/Users?filter=${enc(`id eq "${ada.id}" and ${MANAGER}.value eq "${c}"`)}`, 0],
      [`/Users?filter=${enc(`userName eq "${name}"`)}&startIndex=1&count=100`, 1],
      [`/Groups?excludedAttributes=members&filter=${enc(`displayName eq "${g.displayName.toUpperCase()}"`)}`, 1],
      [`/Groups?filter=${enc(`displayName EQ "${g.displayName}"`)}`, 1], [`/Groups?filter=${enc(`externalId eq "${name}-g"`)}`, 1],
      [`/Groups?filter=${enc(`id eq "${g.id}" and members eq "${ada.id}"`)}`, 1],
      [`/Groups?filter=${enc(`id eq "${g.id}" and members[value eq "${c}"]`)}`, 0],
      [`/Groups?filter=${enc(`members.value eq "${ada.id}"`)}&attributes=displayName`, 1]]) {
      const { body } = await s.ok(200, 'GET', path, undefined, OKTA);
      assert.equal(body.totalResults, expected, decodeURIComponent(path));
      assert.deepEqual([body.Resources.length, Number.isInteger(body.itemsPerPage)], [expected, true], 'Resources is there, though empty');
      if (path.includes('excludedAttributes=members')) assert(!('members' in body.Resources[0]));
    }
    const { body: first } = await s.ok(200, 'GET', '/Users?count=1&startIndex=1', undefined, OKTA);
    has(first, { startIndex: 1, itemsPerPage: 1 });
    assert(first.Resources[0].userName && first.Resources[0].name && first.Resources[0].emails.length, 'names and a mail come first');
    assert(!('members' in await s.read(`/Groups/${g.id}?excludedAttributes=members`)));
    const took = [];
    for (let i = 0; i < 3; i++) {
      const begun = Date.now();
      await s.ok(200, 'GET', '/Groups?startIndex=1&count=100', undefined, OKTA);
      took.push(Date.now() - begun);
    }
    assert(Math.min(...took) < 600, `/Groups took ${took} ms`);
  });
  await s.case(`403 ${dialect}: duplicates and deletions`, 'Microsoft validator', async () => {
    const made = await s.make('/Users', entra_user(fresh('twice')));
    await s.error(409, 'uniqueness', 'POST', '/Users', entra_user(made.userName));
    await s.error(409, 'uniqueness', 'POST', '/Users', entra_user(made.userName.toUpperCase()));
    const g = await s.make('/Groups', group(fresh('twice')));
    await s.error(409, 'uniqueness', 'POST', '/Groups', group(g.displayName.toUpperCase()));
    for (const path of [`/Users/${made.id}`, `/Groups/${g.id}`]) {
      await s.ok(204, 'DELETE', path);
      await s.error(404, null, 'DELETE', path);
    }
    await s.error(404, null, 'PATCH', `/Users/${made.id}`, patch(op('replace', 'active', false)));
  });
  await s.case(`404 ${dialect}: what nobody may send`, '7644 s3.5.2', async () => {
    const { id } = await someone(), was = await s.read(`/Users/${id}`), g = await s.make('/Groups', group(fresh('g'), [a]));
    for (const wrong of [op('Upsert', 'title', 'x'), op('replace', 'active', 'perhaps'), op('replace', 'active', 1), op('remove'),
      { op: 'replace', value: 'x' }, op('replace', MANAGER, { value: NOBODY }), op('replace', MANAGER, NOBODY), op('replace', 'id', NOBODY),
      op('replace', 'emails[type eq', 'x'), op('replace', 'title', { a: 1 })])
      await s.error(400, null, 'PATCH', `/Users/${id}`, patch(wrong));
    assert.deepEqual(await s.read(`/Users/${id}`), was);
    for (const wrong of [op('add', 'members', [{ value: NOBODY }]), op('add', 'members', 'x'), op('add', `members[value eq "${NOBODY}"]`, {}),
      op('replace', 'members', [{ value: a }, { value: NOBODY }]), op('remove', 'displayName')])
      await s.error(400, null, 'PATCH', `/Groups/${g.id}`, patch(wrong));
    assert.deepEqual(ids((await s.read(`/Groups/${g.id}`)).members), [a]);
  });
  await s.case(`405 ${dialect}: the log tells its quirks`, 'docs/log-events.md', async () => {
    const told = () => {
      const id = s.command('token', 'show', s.name).match(/^id: +(\S+)/m)[1];
      const lines = readFileSync(join(s.stack.demo.log_dir, 'habilitd.log'),
        'utf8').split('\n').filter((line) => line.includes('scim.quirk') && line.includes(id));
      return Object.keys(table).filter((quirk) => lines.some((line) => line.includes(quirk) && line.includes(dialect)));
    };
    const expected = Object.keys(table).filter((quirk) => table[quirk].includes(dialect));
    await until('the log', () => told().length >= expected.length, 3000).catch(() => {});
    assert.deepEqual(told(), expected);
    const after = await counted();
    for (const quirk of Object.keys(table)) assert.equal(after[quirk] > 0, expected.includes(quirk), `${quirk} in /metrics`);
  });
}

export async function providers(s) {
  const table = quirk_table();
  await s.case('400 the table of docs/scim.md', 'docs/scim.md', () => {
    assert.equal(Object.keys(table).length, 13);
    assert.deepEqual(Object.keys(table).filter((quirk) => table[quirk].includes('strict')), []);
    const used = new Set([...CREATIONS, ...CHANGES, ...MESSAGES, ...REPLACEMENTS, ...MEMBERS, ...GROUPS].flatMap(([, quirks]) => quirks.split(' ')));
    for (const quirk of Object.keys(table)) assert(used.has(quirk), `no form needs ${quirk}`);
  });
  for (const dialect of DIALECTS) await one_dialect(await s.client(`speaks-${dialect}`, 'users:write,groups:write', '--dialect', dialect), dialect, table);
}
