// Two managers decide on the same request at the same moment, 200 rounds over HTTP: one winner each, one
// set of mails; a repeated POST of the winner does nothing more.
import { strict as assert } from 'node:assert';
import { Stack, until } from '../support/stack.mjs';
import { Visitor } from '../support/visitor.mjs';
import { SIRET, approve, ask, decision_forms, refusal } from '../support/asking.mjs';

const ROUNDS = Number(process.env.HABILITD_ROUNDS ?? 200);
const stack = await Stack.start();
try {
  const password = 'Un mot de passe bien assez long 9';
  const asker_mail = 'racing@example.org';
  const asker = await stack.create_person({ user_name: asker_mail, given: 'Rémi', family: 'Racine', mail: asker_mail, password, language: 'fr' });
  const [m1, m2] = stack.demo.accounts.filter((a) => a.kind === 'manager' && a.structures.includes(SIRET));
  const visitors = await Promise.all([m1, m2].map(async (m) => {
    const visitor = new Visitor(stack.demo.base_url);
    await visitor.sign_in(m.user_name, m.password);
    return visitor;
  }));
  const u = new Visitor(stack.demo.base_url);
  await u.sign_in(asker_mail, password);
  const member = () => stack.ldap(`(&(cn=soffi.consultation.${SIRET})(member=*))`, undefined, ['member']).includes(dn);
  const dn = stack.ldap(`(entryUUID=${asker.id})`, undefined, ['1.1']).match(/^dn: (.*)$/m)[1];
  let approved = 0, refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const request = await ask(u, 'consultation');
    const [a, b] = await Promise.all(visitors.map((v) => decision_forms(v, request)));
    assert(a.approve && b.approve, 'both may decide');
    // Odd rounds: validate against refuse; even rounds: validate twice.
    const second = round % 2 ? await refusal(visitors[1], request, 'Non, merci.') : () => approve(visitors[1], b.approve);
    const answers = round % 4 < 2 ? await Promise.all([approve(visitors[0], a.approve), second()])
      : (await Promise.all([second(), approve(visitors[0], a.approve)])).reverse();
    const statuses = answers.map((r) => r.status);
    assert.equal(statuses.filter((s) => s === 303).length, 1, `round ${round}: ${statuses}`);
    assert.equal(statuses.filter((s) => s === 409).length, 1, `round ${round}: ${statuses}`);
    const winner = statuses.indexOf(303);
    if (winner === 0) { // the double click of the winner
      const again = await approve(visitors[0], a.approve);
      assert.equal(again.status, 303, `the same operation again: ${again.status}`);
    }
    const yes = winner === 0 || round % 2 === 0;
    if (round % 20 === 0) assert.equal(member(), yes, `round ${round}: the group`);
    if (yes) {
      approved++;
      const page = await visitors[0].get(`/portail/applications/soffi/utilisateurs?personne=${asker.id}`);
      const link = /href="([^"]*\/revoquer[^"]*)"/.exec(page.html)?.[1].replaceAll('&amp;', '&');
      assert(link, 'a way to revoke');
      const form = await visitors[0].get(link);
      assert.equal((await visitors[0].submit(form, 'revoquer', { reason: 'Fin du tour.' }, { follow: false })).status, 303);
    } else {
      refused++;
    }
  }
  // Receipt + decision (+ revocation) to the asker; to each manager one mail a request, and one of the other's decision.
  const expected = ROUNDS + ROUNDS + approved;
  await until('the mails', () => stack.mails(asker_mail).length >= expected, 120000);
  const ids = stack.mails().map((m) => m.headers['message-id']);
  assert.equal(new Set(ids).size, ids.length, 'no message twice');
  assert.equal(stack.mails(asker_mail).length, expected, 'one set of mails a decision');
  assert.match(stack.habilitd('audit', 'verify', stack.demo.audit_log), /\d+/);
  console.log(`${ROUNDS} rounds: one winner each (${approved} approved, ${refused} refused), ${ids.length} mails, none twice`);
} finally {
  await stack.stop();
}
