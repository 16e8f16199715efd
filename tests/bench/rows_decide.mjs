// What people do: a manager's page over many rows, and approvals.
import { strict as assert } from 'node:assert';
import { randomBytes, randomUUID } from 'node:crypto';
import { sleep, until } from '../support/stack.mjs';
import { Visitor } from '../support/visitor.mjs';
import { SIRET, approve, decision_forms } from '../support/asking.mjs';

const REQUEST = 'urn:habilitd:scim:schemas:core:AccessRequest';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ROWS = 10000;
const ONE_STRUCTURE = '55208131766522', MANY_STRUCTURES = '35600000009075';

async function signed_in(site, siret) {
  const account = site.stack.account('manager', (a) => a.manages?.includes(siret));
  const visitor = new Visitor(site.stack.demo.base_url);
  const page = await visitor.sign_in(account.user_name, account.password);
  assert.equal(page.status, 200, 'signing in');
  return { visitor, dn: site.stack.ldap(`(uid=${account.user_name})`, undefined, ['1.1']).match(/^dn: (.*)$/m)[1] };
}

const dns_in = (text) => [...text.matchAll(/^dn: (.*)$/gm)].map(([, dn]) => dn);

// Everybody holds a role in one structure, with the values that follow from it.
function fill_structure(site, siret) {
  const base = site.demo.ldap_base;
  const people = dns_in(site.stack.ldap('(uid=p0*)', `ou=people,${base}`, ['1.1'])).slice(0, ROWS);
  const group = `soffi.saisie.${siret}`;
  site.raw('add', [[`dn: cn=${group},ou=habilitations,${base}`, 'objectClass: groupOfNames', 'objectClass: habHabilitation', `cn: ${group}`,
    'habApplication: soffi', 'habRole: saisie', `habSiret: ${siret}`, `member: cn=habilitd,ou=services,${base}`,
    ...people.map((dn) => `member: ${dn}`)].join('\n')]);
  site.raw('modify', people.map((dn) => `dn: ${dn}\nadd: habilitation\nhabilitation: soffi:saisie:${siret}\n-`),
    { connections: 4, lenient: true });
}

// One more manager for so many structures that their habilitations (six each) are as many rows.
function give_structures(site, manager) {
  const structures = dns_in(site.stack.ldap('(&(objectClass=habStructure)(o=Organisme*))', undefined, ['1.1'])).slice(0, Math.ceil(ROWS / 6));
  site.raw('modify', structures.map((dn) => `dn: ${dn}\nadd: owner\nowner: ${manager}\n-`), { connections: 4, lenient: true });
  return structures.length;
}

const QUERIES = ['etat=actif&q=e', 'etat=actif&q=le&page=2', 'q=ma', 'etat=actif&role=saisie&page=7', 'page=3'];

// What the page says it found: "1 234 Droits d'accès trouvés".
const rows_of = (html) => Number(/([\d\s\u00a0\u202f]+)Droits? d/.exec(html)?.[1].replace(/\D/g, '') ?? NaN);

async function page_time(site, visitor) {
  const path = '/portail/applications/soffi/utilisateurs';
  const whole = await visitor.get(path);
  assert.equal(whole.status, 200, path);
  const rows = rows_of(whole.html);
  const requests = QUERIES.map((query) => ({ path: `${path}?${query}` }));
  const headers = { Cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'Accept-Language': 'fr' };
  const { result, mean } = await site.in_program('portal', () => site.load(requests, { headers, connections: 1 }));
  return { mean, note: `${rows} rows, mean of ${requests.length} filters and pages in the program; p50 outside ${result.p50.toFixed(2)} ms` };
}

async function one_structure(site) {
  const { visitor } = await signed_in(site, ONE_STRUCTURE);
  fill_structure(site, ONE_STRUCTURE);
  await sleep(1000);
  const { mean, note } = await page_time(site, visitor);
  return { page: [mean, note] };
}

async function many_structures(site) {
  const { visitor, dn } = await signed_in(site, MANY_STRUCTURES);
  const count = give_structures(site, dn);
  await sleep(1000);
  const { mean, note } = await page_time(site, visitor);
  return { page: [mean, `${count + 1} structures; ${note}`] };
}

// People who will ask, made over SCIM.
async function make_people(site, count) {
  const run = randomUUID().slice(0, 6);
  const { answers } = await site.exchange(Array.from({ length: count }, (_, i) => ({ method: 'POST', path: `${site.base}/Users`, status: 201,
    body: JSON.stringify({ schemas: [USER], userName: `asks-${run}-${i}@example.org`, name: { givenName: 'Ada', familyName: `Asks ${i}` },
      displayName: `Ada Asks ${i}`, emails: [{ value: `asks-${run}-${i}@example.org`, type: 'work', primary: true }], active: true }) })));
  return answers.map((a) => JSON.parse(a.body).id);
}

async function make_requests(site, people) {
  const { answers } = await site.exchange(people.map((value) => ({ method: 'POST', path: `${site.base}/AccessRequests`, status: 201,
    body: JSON.stringify({ schemas: [REQUEST], person: { value }, application: 'soffi', role: 'consultation', siret: SIRET,
      justification: 'Needed for the files of the structure' }) })));
  return answers.map((a) => JSON.parse(a.body).id);
}

const mails_gone = (site) => until('the mails to leave', () => !site.stack.ldap('(habOutbox=*)', `ou=requests,${site.demo.ldap_base}`, ['1.1']).trim(), 120000);
const request_entry = (site, id) => site.stack.ldap(`(entryUUID=${id})`, `ou=requests,${site.demo.ldap_base}`, ['*']).trim();

// Milliseconds in the program for one decision, alone: the form is fetched first, and the mails of the one
// before have left.
async function decide(site, visitor, id) {
  const { approve: form } = await decision_forms(visitor, id);
  assert(form, `no form to approve ${id}`);
  await mails_gone(site);
  await sleep(250); // the mail thread looks around five times a second
  const { result, mean, count } = await site.in_program('portal', () => approve(visitor, form));
  assert.equal(result.status, 303, 'approving');
  assert.equal(count, 1, 'one request alone');
  return mean;
}

const values = (entry, name) => [...entry.matchAll(new RegExp(`^${name}:: ?(.*)$|^${name}: (.*)$`, 'gm'))].map((m) => m[0]);

// The modifies of an approval, for a copy of a request and for another person: the same attributes and values
// of the same length. The person is attached to the structure, too. Jobs that cannot be read are never sent.
function raw_approval(site, pending, approved, person_dn) {
  const key = randomUUID(), base = site.demo.ldap_base;
  const dn = `dn: habKey=${key},ou=requests,${base}`;
  const slot = () => randomBytes(32).toString('hex');
  const copy = pending.replace(/^dn: .*$/m, dn).replace(/^habKey: .*$/m, `habKey: ${key}`)
    .replace(/^habSlot: .*$/m, `habSlot: p:${slot()}`).split('\n').filter((line) => !line.startsWith('habOutbox')).join('\n');
  const swap = (name, from, to) => [`delete: ${name}`, `${name}: ${from}`, '-', `add: ${name}`, `${name}: ${to}`, '-'];
  const revision = Number(/^habRevision: (.*)$/m.exec(pending)[1]);
  const records = values(approved, 'habRecord').filter((record) => !pending.includes(record));
  const jobs = ['a', 'b'].map((which) => `habOutbox: bench ${which} ${'x'.repeat(300)}`);
  const member = `soffi.consultation.${SIRET}`;
  const effects = (op) => [`${op}: habEffect`, 'habEffect: attach', 'habEffect: grant', '-'];
  return { dn, copy, modifies: [
    [dn, ...swap('habRevision', revision, revision + 1), ...swap('habState', 'pending', 'approved'),
      'replace: habSlot', `habSlot: a:${slot()}`, '-', 'replace: habDue', '-', 'replace: habUntil', ...values(approved, 'habUntil'), '-',
      'add: habRecord', records[0], '-', ...effects('add'), 'add: habOutbox', ...jobs, '-'],
    [`dn: cn=${SIRET},ou=structures,${base}`, 'add: member', `member: ${person_dn}`, '-'],
    [`dn: cn=${member},ou=habilitations,${base}`, 'add: member', `member: ${person_dn}`, '-'],
    [`dn: ${person_dn}`, 'add: habilitation', `habilitation: soffi:consultation:${SIRET}`, '-'],
    [dn, ...swap('habRevision', revision + 1, revision + 2), ...swap('habState', 'approved', 'active'),
      'add: habRecord', records[1], '-', ...effects('delete')],
  ].map((lines) => lines.join('\n')) };
}

// Milliseconds of its modifies, one after the other.
function time_raw(site, approval) {
  site.raw('add', [approval.copy]);
  const { times } = site.raw('modify', approval.modifies, { as: 'decisions' });
  site.raw('delete', [approval.dn]);
  return times.reduce((sum, each) => sum + each, 0);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function approvals(site) {
  const count = Math.max(10, 8 * site.seconds);
  const people = await make_people(site, 2 * count);
  const ids = await make_requests(site, people.slice(0, count));
  const { visitor } = await signed_in(site, SIRET);
  const pending = request_entry(site, ids[0]);
  await decide(site, visitor, ids[0]);
  await mails_gone(site);
  const approved = request_entry(site, ids[0]);
  assert(/^habState: active$/m.test(approved) && /"attach":true/.test(approved), 'a request that attaches, applied');
  const program = [], raw = [];
  for (let i = 1; i < count; i++) {
    program.push(await decide(site, visitor, ids[i]));
    await mails_gone(site);
    raw.push(time_raw(site, raw_approval(site, pending, approved, site.dn_of(people[count + i]))));
  }
  const [ours, theirs] = [median(program), median(raw)];
  return { own: [ours - theirs, `p50 of ${program.length}: POST of the decision ${ours.toFixed(2)} ms in the program, its 5 modifies ${theirs.toFixed(2)} ms by libldap`] };
}

const page_rows = (name) => ({ page: [name, '<=5', 'ms'] });

export const cases = [
  { title: 'portal page', rows: page_rows('portal page, many rows in one structure'), run: one_structure },
  { title: 'portal page, many structures', rows: page_rows('portal page, many rows in many structures'), run: many_structures },
  { title: 'approval', rows: { own: ['approval, own time over the directory\'s writes', '<=2', 'ms'] }, run: approvals },
];
