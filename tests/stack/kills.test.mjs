// kill -9 of habilitd or slapd at random points of 100 decisions: before, during and after the answer (a few
// decisions without a kill tell how long one takes here). Afterwards: nothing acknowledged is
// lost, nothing is half-applied, at most one mail twice for each kill, and the audit log verifies.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, sleep, until } from '../support/stack.mjs';
import { Visitor } from '../support/visitor.mjs';
import { SIRET, approve, ask, decision_forms } from '../support/asking.mjs';

const UNDISTURBED = 5;
const DECISIONS = UNDISTURBED + Number(process.env.HABILITD_ROUNDS ?? 100);
let seed = Number(process.env.HABILITD_SEED ?? Date.now() % 1000000);
console.log(`seed ${seed} (HABILITD_SEED repeats it)`);
const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);

const stack = await Stack.start(['--restart']);
const pids = () => JSON.parse(readFileSync(join(stack.dir, 'demo.json'), 'utf8')).pids;
const manager = stack.demo.accounts.find((a) => a.kind === 'manager' && a.structures.includes(SIRET));
const password = 'Un mot de passe bien assez long 8';

async function signed_in(login, secret) {
  return until(`sign-in of ${login}`, async () => {
    const visitor = new Visitor(stack.demo.base_url);
    const page = await visitor.sign_in(login, secret);
    return page.status === 200 && visitor.cookies.size && !page.html.includes('id="password"') ? visitor : null;
  }, 60000);
}
// Steps that prepare a round are repeated until the stack is back.
const patiently = (what, run) => until(what, run, 60000);

try {
  const people = [];
  for (let i = 0; i < DECISIONS; i++) {
    const mail = `kill-${i}@example.org`;
    people.push({ mail, ...(await stack.create_person({ user_name: mail, given: 'Kevin', family: `Numéro ${i}`, mail, password, language: 'fr' })) });
  }
  for (const person of people) person.request = await ask(await signed_in(person.mail, password), 'consultation');

  const kills = { habilitd: 0, slapd: 0 };
  let acknowledged = 0;
  const times = [];
  let visitor = await signed_in(manager.user_name, manager.password);
  for (const [i, person] of people.entries()) {
    const { approve: form } = await patiently('the form', async () => {
      try {
        const found = await decision_forms(visitor, person.request);
        if (found.approve) return found;
      } catch { /* not back yet */ }
      visitor = await signed_in(manager.user_name, manager.password);
      return null;
    });
    if (i < UNDISTURBED) {
      const begun = performance.now();
      person.acknowledged = (await approve(visitor, form)).status === 303;
      times.push(performance.now() - begun);
      assert(person.acknowledged, 'an undisturbed decision');
      acknowledged++;
      continue;
    }
    const one = times.toSorted((a, b) => a - b)[UNDISTURBED >> 1];
    const victim = i % 2 ? 'habilitd' : 'slapd';
    const before = pids()[victim];
    const kill = (async () => {
      await sleep(random() * 3 * one);
      process.kill(before, 'SIGKILL');
      kills[victim]++;
    })();
    const answer = await approve(visitor, form).catch(() => null);
    await kill;
    person.acknowledged = answer?.status === 303;
    if (person.acknowledged) acknowledged++;
    await patiently(`${victim} to be back`, async () => pids()[victim] !== before && (await fetch(stack.demo.health_url.replace(/\/live$/, '/ready'))).ok);
  }

  // Recovery without help: the reconciler finishes within its minute.
  await until('the reconciler', () => !stack.ldap('(habEffect=*)', undefined, ['1.1']).includes('dn:'), 90000);
  const members = stack.ldap(`(cn=soffi.consultation.${SIRET})`, undefined, ['member']);
  let half = 0, lost = 0, applied = 0;
  for (const person of people) {
    const entry = stack.ldap(`(entryUUID=${person.id})`, undefined, ['habilitation']);
    const dn = entry.match(/^dn: (.*)$/m)[1];
    const state = stack.ldap(`(entryUUID=${person.request})`, undefined, ['habState']).match(/^habState: (.*)$/m)[1];
    const inside = members.includes(`member: ${dn}`), derived = entry.includes(`habilitation: soffi:consultation:${SIRET}`);
    if (state === 'active') applied++;
    if (person.acknowledged && state !== 'active') { lost++; console.log(`lost: ${person.mail} is ${state}`); }
    if (!(state === 'active' ? inside && derived : state === 'pending' && !inside && !derived)) {
      half++;
      console.log(`half-applied: ${person.mail} is ${state}, member ${inside}, derived ${derived}`);
    }
  }
  assert.equal(lost, 0, 'acknowledged decisions lost');
  assert.equal(half, 0, 'decisions half-applied');
  for (const person of people.filter((p) => p.acknowledged))
    await until(`the mail of ${person.mail}`, () => stack.mails(person.mail).length >= 2, 90000);
  const ids = stack.mails().map((m) => m.headers['message-id']);
  const twice = ids.length - new Set(ids).size;
  assert(twice <= kills.habilitd + kills.slapd, `${twice} mails twice`);
  const audit = stack.habilitd('audit', 'verify', stack.demo.audit_log).trim();
  assert(applied >= acknowledged);
  assert(acknowledged > UNDISTURBED && acknowledged < DECISIONS, `kills fall on both sides of the answer: ${acknowledged}`);
  console.log(`${DECISIONS} decisions of about ${Math.round(times[2])} ms under ${kills.habilitd} kills of habilitd and ${kills.slapd} of slapd: ${acknowledged} acknowledged, ${applied} applied, 0 lost, 0 half-applied, ${twice} mails twice; ${audit}`);
} finally {
  await stack.stop();
}
