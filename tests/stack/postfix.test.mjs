// The mails of a request through a real Postfix; while it takes none, decisions stand and mails wait.
import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { Stack, read_mail, skip, until } from '../support/stack.mjs';
import { Postfix, missing } from '../support/postfix.mjs';
import { Visitor } from '../support/visitor.mjs';
import { SIRET, approve, ask, decision_forms } from '../support/asking.mjs';

const why = missing();
if (why) skip(why);
const postfix = new Postfix('example.org');
let stack;
try {
  postfix.start();
  stack = await Stack.start(['--sendmail', postfix.sendmail]);
  const mails = (to) => postfix.messages().map(read_mail).filter((m) => !to || m.to.includes(to));
  const password = 'Un mot de passe bien assez long 9';
  const mail = 'lea.poste@example.org';
  await stack.create_person({ user_name: mail, given: 'Léa', family: 'Poste', mail, password, language: 'fr' });
  const [manager, other] = stack.demo.accounts.filter((a) => a.kind === 'manager' && a.structures.includes(SIRET));
  const asker = new Visitor(stack.demo.base_url);
  await asker.sign_in(mail, password);
  const boss = new Visitor(stack.demo.base_url);
  await boss.sign_in(manager.user_name, manager.password);

  const request = await ask(asker, 'consultation');
  await until('three mails', () => mails().length >= 3, 20000);
  const [asked] = mails(manager.mail);
  assert.equal(asked.subject, "Demande d'accès à SOFFi");
  assert.match(asked.text, /Léa Poste/);
  assert.match(asked.text, new RegExp(request));
  assert.equal(asked.headers['auto-submitted'], 'auto-generated');
  assert.equal(asked.headers['return-path'], '<no-reply@example.org>');
  assert.match(asked.headers['message-id'], /^<[^<>\s]+@[^<>\s]+>$/);
  assert(!asked.to.includes(other.mail), 'no manager sees another');

  postfix.break();
  const { approve: form } = await decision_forms(boss, request);
  assert.equal((await approve(boss, form)).status, 303, 'the decision stands without a mail system');
  await until('a try', () => readFileSync(`${stack.demo.log_dir}/habilitd.log`, 'utf8').includes('mail.later'), 30000);
  assert.equal(mails().length, 3, 'nothing has left');
  assert.match(stack.habilitd('outbox', 'list', '--config', stack.demo.config), /lea\.poste@example\.org/);
  postfix.mend();
  await until('the mails that waited', () => mails().length >= 5, 150000);
  assert.equal(mails(mail).length, 2, 'receipt and decision');
  assert.equal(mails(other.mail).length, 2, 'the request, and that it was decided');
  const ids = mails().map((m) => m.headers['message-id']);
  assert.equal(new Set(ids).size, ids.length, 'each once');
  console.log(`${ids.length} mails through ${postfix.log().match(/status=sent/g)?.length ?? 0} deliveries of Postfix`);
} catch (error) {
  console.log(postfix.log());
  throw error;
} finally {
  await stack?.stop();
  postfix.stop();
}
