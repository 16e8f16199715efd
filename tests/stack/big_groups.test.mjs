// A group of 100,000 members: reading it is a stream, and what does not ask for the members costs as little as
// in a small group (scim.md 118). And an order of as many people, which several threads make together.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { Stack } from '../support/stack.mjs';

const SIZE = 100000;
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const AT_ONCE = 4;
// Of one answer as a whole text, of 15 MB: what several at once may cost together.
const MOST_GROWTH = 30 * 1024;

const stack = await Stack.start(['--scale', String(SIZE)]);
const { demo } = stack;
const memory = (what) => Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${demo.pids.habilitd}/status`, 'utf8'))[1]);

function add_group(members) {
  const base = demo.ldap_base;
  const ldif = [`dn: cn=everybody,ou=groups,${base}`, 'objectClass: groupOfNames', 'objectClass: habGroup', 'cn: everybody',
    `member: cn=habilitd,ou=services,${base}`, ...members.map((dn) => `member: ${dn}`)].join('\n');
  execFileSync('ldapadd', ['-x', '-H', demo.ldap_uri, '-D', demo.ldap_admin_dn, '-w', demo.ldap_admin_password], { input: ldif + '\n' });
}

// Reads only the beginning, and goes away.
const glance = (path) => new Promise((done, fail) => {
  const url = new URL(demo.scim_url + path);
  request(url, { headers: { Authorization: `Bearer ${demo.scim_token}` } }, (answer) =>
    answer.once('data', () => done(answer.destroy()))).on('error', fail).end();
});

// Pages here and there of all people by family name are what sorting the directory's entries gives.
async function check_order() {
  const entries = stack.ldap('(objectClass=inetOrgPerson)', `ou=people,${demo.ldap_base}`, ['sn', 'entryUUID']);
  const all = entries.trim().split(/\n\n/).map((text) => ({
    id: /^entryUUID: (.*)$/m.exec(text)[1], name: decoded(text).normalize('NFC').toLowerCase() }));
  const by_bytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  all.sort((a, b) => by_bytes(a.name, b.name) || by_bytes(a.id, b.id));
  for (const start of [1, all.length >> 2, all.length >> 1, all.length - 99]) {
    const { body } = await stack.scim('GET', `/Users?sortBy=name.familyName&attributes=id&count=100&startIndex=${start}`);
    assert.equal(body.totalResults, all.length);
    assert.deepEqual(body.Resources.map((r) => r.id), all.slice(start - 1, start + 99).map((p) => p.id), `from ${start}`);
  }
}
function decoded(text) {
  const [, coded, value] = /^sn:(:?) (.*)$/m.exec(text);
  return coded ? Buffer.from(value, 'base64').toString() : value;
}

try {
  const entries = stack.ldap('(uid=p*)', `ou=people,${demo.ldap_base}`, ['entryUUID']);
  const people = [...entries.matchAll(/^dn: (.*)\nentryUUID: (.*)$/gm)].map(([, dn, id]) => ({ dn, id }));
  assert(people.length >= SIZE, `${people.length} people`);
  const [last] = people.splice(SIZE - 1);
  add_group(people.map((p) => p.dn));
  await check_order();
  const find = () => stack.scim('GET', '/Groups?excludedAttributes=members&filter=displayName%20eq%20%22everybody%22');
  let found = await find();
  while (found.body.totalResults === 0) found = await find();
  const at = `/Groups/${found.body.Resources[0].id}`;

  const expected = people.map((p) => p.id).sort();
  writeFileSync(`/proc/${demo.pids.habilitd}/clear_refs`, '5'); // the peak is measured from here on
  const before = memory('VmHWM');
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => stack.scim('GET', at)));
  const growth = memory('VmHWM') - before;
  for (const { status, headers, body } of answers) {
    assert.equal(status, 200);
    assert.equal(headers.get('content-length'), null, 'sent in pieces');
    assert.equal(headers.get('etag'), body.meta.version);
    assert.deepEqual(body.members.map((m) => m.value).sort(), expected);
    assert(body.members.every((m) => m.type === 'User' && m.$ref.endsWith(`/Users/${m.value}`)));
  }
  assert(growth < MOST_GROWTH, `${AT_ONCE} answers at once took ${growth} kB`);

  await glance(at);
  const head = await stack.scim('HEAD', at);
  assert.equal(head.status, 200);
  assert(!head.body);
  assert.equal((await stack.scim('GET', at, undefined, { 'If-None-Match': head.headers.get('etag') })).status, 304);
  const short = await stack.scim('GET', `${at}?excludedAttributes=members`);
  assert(short.headers.get('content-length') < 1000 && !('members' in short.body));

  const patch = (op) => stack.scim('PATCH', at, { schemas: [PATCH], Operations: [op] });
  const holds_last = () => stack.ldap(`(&(cn=everybody)(member=${last.dn}))`, undefined, ['1.1']).includes('dn: ');
  const added = await patch({ op: 'add', path: 'members', value: [{ value: last.id }] });
  assert.equal(added.status, 204);
  assert(!added.body && holds_last());
  assert.equal((await patch({ op: 'remove', path: `members[value eq "${last.id}"]` })).status, 204);
  assert(!holds_last());
  console.log(`${people.length} members; ${AT_ONCE} answers at once took ${growth} kB`);
} finally {
  await stack.stop();
}
