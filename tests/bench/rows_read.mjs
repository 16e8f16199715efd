// One resource by id or by name, and decisions of AuthZEN: against the trivial responder.
import { at } from './load.mjs';

const enc = encodeURIComponent;
// On a quiet machine 3 ms, twice what the responder needs there; elsewhere twice what it needs.
const P99 = 3, P99_OF_RESPONDER = 2;
const p99_row = ({ p99, responder_p99 }) => [p99, `the responder's: ${responder_p99.toFixed(2)} ms`,
  `<=${Math.max(P99, P99_OF_RESPONDER * responder_p99).toFixed(1)}`];

// A rate against the responder's, and the 99th percentile of the same 16 connections.
function against_responder(title, requests_of, more = {}) {
  return {
    title,
    rows: { ratio: [title, '>=0.7', 'x'], p99: [`${title}, p99 at 16 connections`, `<=${P99}`, 'ms'] },
    run: async (site) => {
      const requests = requests_of(site);
      if (!requests.length) throw new Error('nothing to ask for');
      const measured = await site.against_trivial(requests, more.trivial?.(requests[0]));
      return { ratio: [measured.ratio, measured.note], p99: p99_row(measured) };
    },
  };
}

// People of the scale and the consultation of their own structure: some hold it.
const questions = (site) => site.scale_people.filter((p) => own(p)).slice(0, 500).map((p) => ({
  subject: { type: 'user', id: p.userName }, action: { name: 'use' },
  resource: { type: 'habilitation', id: `soffi.consultation.${own(p)}` } }));
const own = (person) => person['urn:habilitd:scim:schemas:extension:User']?.structures?.[0]?.siret;

const evaluation_path = (site) => new URL(site.demo.authzen_url).pathname.replace(/\/$/, '');
const JSON_TYPE = 'application/json';

async function evaluate(site) {
  const headers = { ...site.headers, 'Content-Type': JSON_TYPE };
  const requests = questions(site).map((q) => ({ method: 'POST', path: `${evaluation_path(site)}/evaluation`, body: JSON.stringify(q) }));
  if (!requests.length) throw new Error('no people with a structure: take a --scale');
  const measured = await site.against_trivial(requests, { ...requests[0], path: '/' }, { headers });
  return { ratio: [measured.ratio, `${measured.note}, the same POST`], p99: p99_row(measured), batch: await evaluate_batches(site, headers) };
}

async function evaluate_batches(site, headers) {
  const all = questions(site);
  const requests = Array.from({ length: 20 }, (_, i) => ({
    method: 'POST', path: `${evaluation_path(site)}/evaluations`,
    body: JSON.stringify({ evaluations: Array.from({ length: 100 }, (__, k) => at(all, ((i * 100 + k) % all.length) / all.length)) }) }));
  const measured = await site.load(requests, { headers, connections: 1 });
  return [measured.p50, `p50, 1 connection; p99 ${measured.p99.toFixed(2)} ms`];
}

export const cases = [
  against_responder('GET user by id', (site) => site.people.map((p) => ({ path: `${site.base}/Users/${p.id}` }))),
  against_responder('GET group by id', (site) => site.groups.map((g) => ({ path: `${site.base}/Groups/${g.id}` }))),
  against_responder('userName eq', (site) => site.people.map((p) => ({
    path: `${site.base}/Users?filter=${enc(`userName eq "${p.userName}"`)}` }))),
  {
    title: 'AuthZEN',
    rows: {
      ratio: ['AuthZEN evaluation', '>=0.7', 'x'],
      p99: ['AuthZEN evaluation, p99 at 16 connections', `<=${P99}`, 'ms'],
      batch: ['AuthZEN evaluations, batch of 100', '<=2', 'ms'],
    },
    run: evaluate,
  },
];
