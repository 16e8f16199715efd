// Writes: each against the same write by libldap alone, on the same slapd, under the same identity and with
// as many connections, in turns or before and after.
import { randomUUID } from 'node:crypto';
import { until } from '../support/stack.mjs';
import { in_turns, median } from './load.mjs';
import { memory_after } from './rows_program.mjs';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const CONNECTIONS = 8;
const BIG = 10000;

const person = (name) => ({
  schemas: [USER], userName: `${name}@example.org`, externalId: `ext-${name}`, name: { givenName: 'Camille', familyName: `Bench ${name}` },
  displayName: `Camille Bench ${name}`, emails: [{ value: `${name}@example.org`, type: 'work', primary: true }],
  title: 'Agent', preferredLanguage: 'fr', active: true });
const creation = (site, name) => ({ method: 'POST', path: `${site.base}/Users`, body: JSON.stringify(person(name)), status: 201 });

// LDIF of people as habilitd writes them: one that it made is read and copied under other names.
async function raw_people(site) {
  const model = `model-${randomUUID().slice(0, 8)}`;
  const { answers } = await site.exchange([creation(site, model)]);
  const entry = site.stack.ldap(`(entryUUID=${JSON.parse(answers[0].body).id})`, undefined, ['*']).trim();
  if (/^\w+::/m.test(entry)) throw new Error('the entry holds what LDIF cannot say plainly');
  const key = /^habKey: (.*)$/m.exec(entry)[1];
  return (prefix, count) => Array.from({ length: count }, (_, i) =>
    entry.replaceAll(model, `${prefix}${i}`).replaceAll(key, randomUUID()));
}

const names = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const mark = () => randomUUID().slice(0, 6);

// So many raw adds, then `act(turn)`, in turns. `act` gives {rate}.
async function beside_raw_adds(site, turns, each, act) {
  const entries = await raw_people(site);
  return in_turns(turns, () => site.raw('add', entries(`raw-${mark()}-`, each), { connections: CONNECTIONS, as: 'provisioning' }), act);
}

async function create(site) {
  const each = 200, run = mark(), p99s = [];
  const { ratio, note } = await beside_raw_adds(site, 2 * site.seconds, each, async (turn) => {
    const answer = await site.exchange(names(each, (i) => creation(site, `new-${run}-${turn}-${i}`)), { connections: CONNECTIONS });
    p99s.push(answer.p99);
    return answer;
  });
  return { ratio: [ratio, `raw adds: ${note}; ${CONNECTIONS} connections each; p99 ${median(p99s).toFixed(1)} ms`] };
}

const bulk_of = (site, run, from, count) => ({ method: 'POST', path: `${site.base}/Bulk`, body: JSON.stringify({ schemas: [BULK],
  Operations: names(count, (i) => ({ method: 'POST', path: '/Users', bulkId: `b${i}`, data: person(`load-${run}-${from + i}`) })) }) });

async function bulk(site) {
  const step = Math.min(500, Number(site.options.load)), turns = Math.ceil(Number(site.options.load) / step), run = mark();
  const all_made = (answer) => {
    const failed = JSON.parse(answer.body).Operations.find((o) => o.status !== '201');
    if (failed) throw new Error(`a bulk operation: ${JSON.stringify(failed)}`);
  };
  const { ratio, note } = await beside_raw_adds(site, turns, step, async (turn) =>
    ({ rate: step / (await site.exchange([bulk_of(site, run, turn * step, step)], { look: all_made })).seconds }));
  return { ratio: [ratio, `raw adds: ${note}; ${turns} requests of ${step} people, one after the other`] };
}

// A group of so many members, names only when there are not so many people; those of `left_out` are not among them.
function add_group(site, name, size, left_out) {
  const skip = new Set(left_out);
  const all = site.stack.ldap('(uid=p*)', `ou=people,${site.demo.ldap_base}`, ['1.1']).match(/(?<=^dn: ).*$/gm) ?? [];
  const people = all.filter((dn) => !skip.has(dn)).slice(0, size);
  const more = names(size - people.length, () => `habKey=${randomUUID()},ou=people,${site.demo.ldap_base}`);
  site.raw('add', [[`dn: cn=${name},ou=groups,${site.demo.ldap_base}`, 'objectClass: groupOfNames', 'objectClass: habGroup',
    `cn: ${name}`, `displayName: ${name}`, `member: cn=habilitd,ou=services,${site.demo.ldap_base}`,
    ...[...people, ...more].map((dn) => `member: ${dn}`)].join('\n')]);
}
// The sample data's key of a person is its entryUUID.
const dn_of_scale = (site, person) => `habKey=${person.id},ou=people,${site.demo.ldap_base}`;

// When the mirror has seen it.
const group_id = (site, name) => until('the group', async () =>
  (await site.json(`/Groups?filter=${encodeURIComponent(`displayName eq "${name}"`)}&excludedAttributes=members`)).Resources?.[0]?.id);

const patch = (site, group, op, id) => ({ method: 'PATCH', path: `${site.base}/Groups/${group}`, status: 204,
  body: JSON.stringify({ schemas: [PATCH], Operations: [op === 'add' ? { op, path: 'members', value: [{ value: id }] }
    : { op, path: `members[value eq "${id}"]` }] }) });

function raw_members(site, group, op, dns) {
  const dn = `dn: cn=${group},ou=groups,${site.demo.ldap_base}`;
  return site.raw('modify', dns.map((member) => `${dn}\n${op}: member\nmember: ${member}\n-`), { as: 'provisioning' }).p50;
}

// p50 of one member more, and one less: by SCIM, and raw before and after.
async function change_members(site) {
  const some = site.scale_people.slice(0, 20 * site.seconds);
  if (some.length < 10) throw new Error('too few people: take a --scale');
  const dns = some.map((p) => dn_of_scale(site, p));
  const name = `bench-${mark()}`;
  add_group(site, name, BIG, dns);
  const id = await group_id(site, name);
  const raw = () => ({ add: raw_members(site, name, 'add', dns), remove: raw_members(site, name, 'delete', dns) });
  const ours = async (op) => site.exchange(some.map((p) => patch(site, id, op, p.id)));
  const before = raw();
  const added = await ours('add'), removed = await ours('remove');
  const after = raw();
  return { some, added, removed, raw_add: (before.add + after.add) / 2, raw_remove: (before.remove + after.remove) / 2 };
}

// Bytes of the answer to such a PATCH of a group of ten.
async function small_answer(site, some) {
  const name = `bench-${mark()}`;
  add_group(site, name, 10, some.map((p) => dn_of_scale(site, p)));
  const request = patch(site, await group_id(site, name), 'add', some[0].id);
  const answer = await site.ask(request);
  if (![200, 204].includes(answer.status)) throw new Error(`PATCH of a small group: ${answer.status}`);
  return [...answer.headers].join('').length + (await answer.text()).length;
}

async function patch_member(site) {
  const m = await change_members(site);
  const small = await small_answer(site, m.some);
  const pair = (ours, raw) => [ours.p50 / raw, `p50 ${ours.p50.toFixed(2)} ms of ${raw.toFixed(2)} ms raw, 1 connection`];
  return { add: pair(m.added, m.raw_add), remove: pair(m.removed, m.raw_remove),
    size: [m.added.bytes, `bytes of the answer, headers and all; of a group of 10: ${small}`] };
}

export const cases = [
  { title: 'create', rows: { ratio: ['create a person, of raw LDAP adds', '>=0.8', 'x'] }, run: create },
  {
    title: 'PATCH a member',
    rows: {
      add: [`PATCH adds a member, group of ${BIG}, of raw`, '<=1.3', 'x'],
      remove: [`PATCH removes a member, group of ${BIG}, of raw`, '<=1.3', 'x'],
      size: [`answer to that PATCH, group of ${BIG}`, '<=1024', 'B'],
    },
    run: patch_member,
  },
  { title: 'bulk load', rows: { ratio: ['people loaded through /Bulk, of raw LDAP adds', '>=0.8', 'x'] }, run: bulk },
  memory_after('the writes'),
];
