// Shared steps of tests that go through the pages without a browser: ask for a role, decide.
import { strict as assert } from 'node:assert';
import { forms } from './visitor.mjs';

export const SIRET = '73282932000074';

// The visitor asks for a role; returns the request's id.
export async function ask(visitor, role, siret = SIRET, application = 'soffi') {
  const page = await visitor.get(`/portail/demander?application=${application}&siret=${siret}`);
  const area = /<textarea\b[^>]*name="([^"]+)"/.exec(page.html);
  assert(area, `no form to ask on ${page.path}: ${page.html.match(/<main[\s\S]*?<\/main>/)?.[0] ?? page.html.slice(0, 500)}`);
  const answer = await visitor.submit(page, '/portail/demander', { role, [area[1]]: 'Pour suivre les dossiers de notre antenne.' }, { follow: false });
  assert.equal(answer.status, 303, `asking: ${answer.status} ${answer.html.match(/fr-(?:error-text|alert)[\s\S]{0,400}/)?.[0]}`);
  const own = await visitor.get('/portail/demandes');
  return /\/portail\/demandes\/([0-9a-f-]{36})/.exec(own.html)[1];
}

// The form with which a manager decides on a request: {page, approve: form, refuse: href}.
export async function decision_forms(visitor, request) {
  const page = await visitor.get(`/portail/demandes/${request}`);
  return { page, approve: forms(page.html).find((f) => f.action.includes(`${request}/valider`)) };
}

// Sends the validation once: the raw answer, not followed.
export async function approve(visitor, form) {
  return visitor.send('POST', form.action, { form: form.fields });
}

// The refusal, ready to be sent: a function that sends it once.
export async function refusal(visitor, request, reason) {
  const page = await visitor.get(`/portail/demandes/${request}/refuser`);
  return () => visitor.submit(page, '/refuser', { reason }, { follow: false });
}
