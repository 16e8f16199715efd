// An existing site is adopted by settings alone: its people (inetOrgPerson, uid RDNs) and groups
// (groupOfNames), none with a class of habilitd's, sign in, ask and are granted roles.
import { strict as assert } from 'node:assert';
import { until } from '../support/stack.mjs';
import { PASSWORD, PlainSite, SUFFIX } from '../support/plain_site.mjs';
import { Visitor } from '../support/visitor.mjs';
import { SIRET, approve, ask, decision_forms } from '../support/asking.mjs';

const site = await PlainSite.start();
try {
  const person = (uid) => `${uid},ou=Agents,${SUFFIX}`;
  const habilitation = `cn=soffi.consultation.${SIRET},ou=habilitations,${SUFFIX}`;
  const before = site.entry(person('uid=jdurand'));

  await site.settle();
  const missing = site.told('directory', 'check');
  assert.equal(missing.status, 1, missing.text);
  assert.match(missing.text, /directory init/, 'the remedy is named');
  site.adopt();
  const fine = site.told('directory', 'check');
  assert.equal(fine.status, 0, fine.text);
  assert.equal(site.entry(person('uid=jdurand')), before, 'adopting changes no entry');
  await site.serve();

  // By user name and by either mail address; a wrong password and an account without one stay outside.
  for (const [login, password, inside] of [
    ['mlegall', PASSWORD, true], ['jdurand', PASSWORD, true], ['jean.durand@ville.example', PASSWORD, true],
    ['JDurand@ville.example', PASSWORD, true], ["o+neil, siobhan", PASSWORD, true], ['mlegall', 'faux', false],
    ['kbenani', PASSWORD, false], ['kbenani', '', false]]) {
    const visitor = new Visitor(site.demo.base_url);
    const page = await visitor.sign_in(login, password);
    assert.equal(visitor.cookies.size > 0 && page.status === 200 && /\/portail/.test(page.path), inside,
      `${login}: ${page.status} ${page.path}`);
  }

  const manager = new Visitor(site.demo.base_url);
  await manager.sign_in('mlegall', PASSWORD);
  for (const [login, uid] of [['jdurand', 'uid=jdurand'], ['o+neil, siobhan', 'uid=o\\2Bneil\\, siobhan,ou=Externes']]) {
    const asker = new Visitor(site.demo.base_url);
    await asker.sign_in(login, PASSWORD);
    const request = await ask(asker, 'consultation');
    const { approve: form } = await decision_forms(manager, request);
    assert(form, `the manager may decide on the request of ${login}`);
    assert.equal((await approve(manager, form)).status, 303);
    assert(site.is_member(habilitation, person(uid)), `${login} is in the group`);
  }
  await until('the manager’s mails', () => site.mails('maelle.legall@ville.example').length >= 2);
  await until('the asker’s mails', () => site.mails('jean.durand@ville.example').length >= 2);

  // An identity provider sees the people the site had, and their memberships.
  const listed = await site.scim('GET', '/Users?filter=userName%20eq%20%22JDURAND%22');
  assert.equal(listed.body.totalResults, 1, JSON.stringify(listed.body));
  const [user] = listed.body.Resources;
  assert.deepEqual(user.emails.map((m) => m.value).sort(), ['jdurand@ville.example', 'jean.durand@ville.example']);
  assert(user.groups.some((g) => g.display === 'Service formation'), JSON.stringify(user.groups));
  assert(user.groups.some((g) => g.display === `soffi.consultation.${SIRET}`), JSON.stringify(user.groups));
  const everyone = await site.scim('GET', '/Users');
  assert.equal(everyone.body.totalResults, 4);

  // It deactivates one: the class is added then, and nothing else of the entry changes.
  const off = await site.scim('PATCH', `/Users/${user.id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'active', value: false }] });
  assert.equal(off.status, 200, JSON.stringify(off.body));
  const after = site.entry(person('uid=jdurand'));
  for (const line of before.trim().split('\n')) assert(after.includes(line), `kept: ${line}`);
  const gone = await new Visitor(site.demo.base_url).sign_in('jdurand', PASSWORD);
  assert(!/\/portail/.test(gone.path), gone.path);

  // A pushed member of a group that the site had.
  const groups = await site.scim('GET', '/Groups?filter=displayName%20eq%20%22service%20formation%22');
  const karim = everyone.body.Resources.find((u) => u.userName === 'kbenani');
  const pushed = await site.scim('PATCH', `/Groups/${groups.body.Resources[0].id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'add', path: 'members', value: [{ value: karim.id }] }] });
  assert(pushed.status < 300, JSON.stringify(pushed.body));
  assert.match(site.entry(`cn=Service formation,ou=Groupes,${SUFFIX}`, ['member']), /kbenani/);
  console.log('A plain site was adopted: 4 people, 3 signed in, 2 granted a role, 1 deactivated.');
} finally {
  if (process.exitCode || process.env.HABILITD_KEEP) for (const { command, said } of site.children) console.log(`${command}: ${said()}`);
  await site.stop();
}
