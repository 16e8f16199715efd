// The main job, end to end: an identity provider pushes two people; one asks for Consultation on SOFFi;
// both managers are told by mail; one follows the link and validates; the directory, SCIM, the mails and
// the audit log agree; then revocation and deactivation. Walked four times: by mouse and by keyboard only,
// with scripts and without, in French and in English.
import { strict as assert } from 'node:assert';
import { Stack, until } from '../support/stack.mjs';
import { Person, open_browser } from './browser.mjs';

const SIRET = '73282932000074';
const PASSWORD = 'Un mot de passe bien assez long 7';

// The guide's own words where it has them.
const words = {
  fr: { role: 'Consultation', subject: "Demande d'accès à SOFFi", asks: /vous demande l'accès à la démarche 'SOFFi' pour la structure .* dont vous êtes gestionnaire/,
    robot: /Ce message est envoyé par un automate, merci de ne pas y répondre/, approve: 'Valider la demande Consultation de', waiting: /En attente 1 personne/,
    users: 'Utilisateurs du service', found: /1 Droit d.accès trouvé/, contact: 'Coordonnées', pending: 'Demandes en cours', held: 'Habilitations pour SOFFi', add: 'Ajouter une nouvelle habilitation', gear: 'Gérer les accès de SOFFi', handled: /traitée? par/i },
  en: { role: 'Read only', subject: 'Request for access to SOFFi', asks: /SOFFi/, robot: /sent by a machine, please do not reply/, approve: 'Approve', waiting: /1 person/i, users: null, found: /1 /, contact: null, pending: null, held: null, add: null, gear: null, handled: /handled|decided|processed|dealt/i },
};

async function walk(stack, browser, { name, language, keyboard, scripts, width, height }) {
  const w = words[language];
  const open = () => Person.open(browser, stack.demo.base_url, { language, keyboard, scripts, width, height });
  const managers = stack.demo.accounts.filter((a) => a.kind === 'manager' && a.structures.includes(SIRET));
  assert(managers.length >= 2, 'the structure has two managers');

  // An identity provider creates two people.
  const asker_account = { user_name: `asker-${name}@example.org`, password: PASSWORD };
  const asker = await stack.create_person({ user_name: asker_account.user_name, given: 'Églantine', family: `Dupré ${name}`, mail: asker_account.user_name, password: PASSWORD, language });
  const other_account = { user_name: `other-${name}@example.org`, password: PASSWORD };
  const other = await stack.create_person({ user_name: other_account.user_name, given: 'Loïc', family: 'Le Goff', mail: other_account.user_name, password: PASSWORD, language });
  // The managers read their mails in the language of this walk.
  for (const manager of managers) {
    const { body } = await stack.scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "${manager.user_name}"`)}`);
    await stack.scim('PATCH', `/Users/${body.Resources[0].id}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'preferredLanguage', value: language }] });
  }
  const mails_before = new Map([...managers.map((m) => m.mail), asker_account.user_name].map((m) => [m, stack.mails(m).length]));
  const new_mail = (to) => until(`a mail to ${to}`, () => stack.mails(to).slice(mails_before.get(to)).at(-1));
  const forget_mails = () => mails_before.forEach((_, to) => mails_before.set(to, stack.mails(to).length));

  // One signs in and asks.
  const person = await open();
  await person.go('/');
  await person.check_page('sign-in');
  await person.sign_in({ ...asker_account, password: 'wrong' });
  await person.check_page('sign-in-refused');
  await person.sign_in(asker_account);
  await person.check_page('services-empty');
  await person.press(person.page.locator('a[href^="/portail/demander"]').first());
  await person.check_page('ask-where');
  await person.fill(person.page.locator('#siret'), '732 829 320 00075');
  await person.press(person.page.locator('main form button[type=submit]'));
  await person.check_page('ask-bad-siret');
  await person.fill(person.page.locator('#siret'), '732 829 320 00074');
  await person.press(person.page.locator('main form button[type=submit]'));
  await person.check_page('ask');
  await person.choose(person.page.locator('#role-consultation'));
  await person.fill(person.page.locator('textarea').first(), 'Je suis le dossier de formation de notre antenne.');
  await person.press(person.page.locator('form[action="/portail/demander"] button[type=submit]'));
  await person.check_page('asked');
  await person.go('/portail/demandes');
  await person.check_page('own-requests');

  // Both managers get the guide's mail, each alone.
  let link;
  for (const manager of managers) {
    const mail = await new_mail(manager.mail);
    assert.equal(mail.subject, w.subject);
    assert.match(mail.text.replace(/\s+/g, ' '), w.asks);
    assert.match(mail.text.replace(/\s+/g, ' '), w.robot);
    assert(mail.text.includes(w.role) && mail.text.replace(/\s/g, '').includes(SIRET));
    assert(!managers.some((m) => m !== manager && JSON.stringify(mail).includes(m.mail)), 'recipients do not see each other');
    assert.equal(mail.headers['auto-submitted'], 'auto-generated');
    link = mail.text.match(/https?:\/\/\S+\/portail\/demandes\/[0-9a-f-]+/)[0];
  }
  assert((await new_mail(asker_account.user_name)).subject, 'a receipt to the asker');
  forget_mails();

  // A mail scanner that follows the link changes nothing; a stranger sees nothing.
  assert([302, 303].includes((await fetch(link, { redirect: 'manual' })).status));
  const stranger = await open();
  await stranger.page.goto(link);
  await stranger.sign_in(other_account);
  await stranger.check_page('not-found');
  assert(!(await stranger.page.content()).includes('Églantine'));
  await stranger.close();

  // One manager follows it: link, sign in, decide.
  const manager = await open();
  await manager.page.goto(link);
  await manager.sign_in(managers[0]);
  await manager.check_page('manager');
  const html = await manager.page.content();
  for (const text of [w.users, w.contact, w.pending, w.held].filter(Boolean)) assert(html.includes(text), `the page says "${text}"`);
  const approve = manager.page.locator('form[action$="/valider"] button').first();
  assert.match((await approve.textContent()).replace(/\s+/g, ' '), new RegExp(w.approve));
  assert((await approve.textContent()).includes('Églantine'), 'the button names the person');
  // The guide's way there works as well: gear, "En attente X personnes", the person.
  const by_guide = await open();
  await by_guide.go('/');
  await by_guide.sign_in(managers[1]);
  await by_guide.check_page('services');
  if (w.gear) assert.equal(await by_guide.page.getByRole('link', { name: w.gear }).count(), 1);
  await by_guide.press(by_guide.page.locator('a.hab-waiting').first());
  await by_guide.check_page('users');
  assert.equal(await by_guide.page.locator('.fr-tag').count() > 0, true, 'the filter is a removable tag');
  await by_guide.press(by_guide.page.locator('.hab-people a', { hasText: `Dupré ${name}` }));
  await by_guide.check_page('users-person');

  await manager.press(approve);
  await manager.check_page('approved');
  if (w.add) assert((await manager.page.content()).includes(w.add), 'attached now: a further right may be added');

  // The other manager's page is stale: she is told who decided.
  await by_guide.press(by_guide.page.locator('form[action$="/valider"] button').first());
  assert.match(await by_guide.page.locator('main').textContent(), w.handled);
  await by_guide.check_page('already-decided');
  await by_guide.close();

  // The group, SCIM, the mails and the log agree.
  const dn = stack.ldap(`(entryUUID=${asker.id})`, undefined, ['1.1']).match(/^dn: (.*)$/m)[1];
  assert(stack.ldap(`(cn=soffi.consultation.${SIRET})`, undefined, ['member']).includes(`member: ${dn}`));
  assert(stack.ldap(`(entryUUID=${asker.id})`, undefined, ['habilitation']).includes(`habilitation: soffi:consultation:${SIRET}`));
  const seen = (await stack.scim('GET', `/Users/${asker.id}`)).body;
  const group = seen.groups.find((g) => g.display === `soffi.consultation.${SIRET}`);
  assert(group, 'SCIM shows the membership');
  assert((await stack.scim('GET', `/Groups/${group.value}`)).body.members.some((m) => m.value === asker.id));
  assert((await new_mail(asker_account.user_name)).text.includes(w.role));
  assert.match((await new_mail(managers[1].mail)).text.replace(/\s+/g, ' '), w.handled);
  assert.equal(stack.mails(managers[0].mail).length, mails_before.get(managers[0].mail), 'no mail to the one who decided');
  assert.match(stack.habilitd('audit', 'verify', stack.demo.audit_log), /\d+/);
  await person.go('/portail/services/');
  await person.check_page('services-held');
  assert((await person.page.locator('main').textContent()).includes(w.role));
  forget_mails();

  // Revocation, with a reason.
  await manager.press(manager.page.locator('a[href*="/revoquer"]').first());
  await manager.check_page('revoke');
  await manager.fill(manager.page.locator('#reason'), 'Fin de mission.');
  await manager.press(manager.page.locator('form[action*="revoquer"] button[type=submit]'));
  await manager.check_page('revoked');
  assert(!stack.ldap(`(cn=soffi.consultation.${SIRET})`, undefined, ['member']).includes(`member: ${dn}`));
  assert(!((await stack.scim('GET', `/Users/${asker.id}`)).body.groups ?? []).some((g) => g.value === group.value));
  assert.match((await new_mail(asker_account.user_name)).text, /Fin de mission/);

  // The provider deactivates the person: the session ends, sign-in fails.
  await stack.scim('PATCH', `/Users/${asker.id}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'active', value: false }] });
  await person.go('/portail/services/');
  assert.match(person.page.url(), /connexion/, 'the session ended');
  await person.sign_in(asker_account);
  assert.match(person.page.url(), /connexion/);
  assert.equal(await person.page.locator('[role=alert]').count(), 1, 'sign-in is refused');

  await manager.press(manager.page.locator('form[action="/deconnexion"] button').first());
  await manager.go('/portail/services/');
  assert.match(manager.page.url(), /connexion/, 'signed out');
  console.log(`${name}: ${person.checked + manager.checked} pages checked and more`);
  await person.close();
  await manager.close();
  await stack.scim('DELETE', `/Users/${other.id}`);
}

const walks = [
  { name: 'mouse-fr', language: 'fr', keyboard: false, scripts: true },
  { name: 'keyboard-en', language: 'en', keyboard: true, scripts: true },
  { name: 'keyboard-no-scripts-fr', language: 'fr', keyboard: true, scripts: false },
  { name: 'phone-no-scripts-en', language: 'en', keyboard: false, scripts: false, width: 320, height: 640 },
  { name: 'phone-fr', language: 'fr', keyboard: false, scripts: true, width: 320, height: 640 },
];
const wanted = walks.filter((walk) => !process.env.HABILITD_WALK || walk.name === process.env.HABILITD_WALK);
assert(wanted.length, `HABILITD_WALK is one of ${walks.map((walk) => walk.name).join(', ')}`);
const stack = await Stack.start();
const browser = await open_browser();
try {
  for (const choice of wanted) await walk(stack, browser, choice);
  console.log(`main_job: ${wanted.length} walks done`);
} finally {
  await browser.close();
  await stack.stop();
}
