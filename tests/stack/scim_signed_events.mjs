// docs/scim-clients.md: events that are signed (RFC 8417, 7515), and how long they wait.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { join } from 'node:path';
import { sleep, until } from '../support/stack.mjs';
import { EVERYTHING, patch, user } from './scim_suite.mjs';
import { said_of, settle } from './scim_jwt.mjs';

const RETENTION = 20; // seconds
const KINDS = { ES256: ['EC', 'ec_paramgen_curve:P-256'], RS256: ['RSA', 'rsa_keygen_bits:2048'], 'P-384': ['EC',
  'ec_paramgen_curve:P-384'],
  small: ['RSA', 'rsa_keygen_bits:1024'] };

// A file with a private key, as docs/scim-clients.md wants it.
export function signing_key(s, kind, mode = '600') {
  const file = join(s.stack.dir, `events-${kind}-${mode}.pem`), [algorithm, option] = KINDS[kind];
  execFileSync('openssl', ['genpkey', '-algorithm', algorithm, '-pkeyopt', option, '-out', file], { stdio: 'ignore' });
  execFileSync('chmod', [mode, file]);
  return file;
}
export const signing = (file) => ({ 'events.signing_key_file': file, 'events.retention': `${RETENTION}s` });

// The claims of an event, once its signature is found to be that key's.
function opened(token, file, alg) {
  const key = createPublicKey(execFileSync('openssl', ['pkey', '-in', file, '-pubout'])); // what receivers are given
  const [header, payload, signature, ...rest] = token.split('.');
  assert.equal(rest.length, 0);
  const kid = createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 32);
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url')), { typ: 'secevent+jwt', alg, kid });
  const by_key = (text, bytes) => verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes);
  const bytes = Buffer.from(signature, 'base64url'), text = `${header}.${payload}`;
  assert.equal(bytes.toString('base64url'), signature, 'as an encoder writes it');
  assert(by_key(text, bytes), 'the signature');
  assert(!by_key(`${text}x`, bytes) && !by_key(text, Buffer.from(bytes.map((byte, i) => (i === 20 ? byte ^ 1 : byte)))), 'of nothing else');
  return JSON.parse(Buffer.from(payload, 'base64url'));
}
const poll = async (client, body) => (await client.ok(200, 'POST', '/Events', { returnImmediately: true, ...body })).body;

export async function signed_events(s, file, alg) {
  const one = await s.client(`signed-${alg}`, `${EVERYTHING},events:read`);
  await s.case(`760 events carry a signature (${alg})`, '8417 s2.2, 7515 s3.1, docs/scim-clients.md', async () => {
    const { id } = await s.make('/Users', user(`signed-${alg}`));
    await s.ok(200, 'PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'Secret' }));
    const { sets } = await poll(one), told = Object.entries(sets);
    assert.equal(told.length, 2);
    for (const [jti, token] of told) {
      const claims = opened(token, file, alg);
      assert.deepEqual([claims.jti, claims.iss, claims.sub_id], [jti, s.stack.demo.base_url, { format: 'scim', uri: `/Users/${id}` }]);
      assert(!('sub' in claims) && !('exp' in claims) && !JSON.stringify(claims).includes('Secret'));
    }
    assert.deepEqual(Object.keys((await poll(one)).sets), Object.keys(sets), 'offered again');
    for (const token of Object.values((await poll(one)).sets)) opened(token, file, alg);
  });
  await s.case(`761 so do outcomes of asynchronous requests (${alg})`, '9967 s2.5.1', async () => {
    const { headers } = await one.ok(202, 'POST', '/Users', user(`signed-later-${alg}`), { Prefer: 'respond-async' });
    const done = await until('the outcome', async () => {
      const answer = await one.send('GET', `/Events/${headers.get('set-txn')}`);
      return answer.status === 200 ? answer : sleep(50).then(() => false);
    });
    assert.match(done.headers.get('content-type'), /^application\/secevent\+jwt/);
    assert.equal(opened(done.body, file, alg).txn, headers.get('set-txn'));
  });
}

export async function retention(s) {
  const one = await s.client('aging', `${EVERYTHING},events:read`);
  await s.case(`762 what nobody fetched goes after ${RETENTION} s, and nothing younger`, 'docs/scim-clients.md', async () => {
    const unread = await s.metric('habilitd_events_total', 'unread'), made = [];
    const { headers } = await one.ok(202, 'POST', '/Users', user('aging'), { Prefer: 'respond-async' });
    const outcome = async () => (await one.send('GET', `/Events/${headers.get('set-txn')}`)).status;
    await until('the outcome', async () => (await outcome()) === 200);
    let gone = [];
    await until('the first to go', async () => {
      made.push({ at: Date.now(), uri: `/Users/${(await s.make('/Users', user(`aging-${made.length}`))).id}` });
      const kept = Object.values((await poll(one)).sets).map((token) => JSON.parse(Buffer.from(token.split('.')[1],
        'base64url')).sub_id.uri);
      gone = made.filter(({ uri }) => !kept.includes(uri));
      return gone.length || sleep(2000).then(() => false);
    }, (RETENTION + 70) * 1000);
    const now = Date.now();
    for (const { at } of gone) assert(now - at >= RETENTION * 1000, `gone after ${now - at} ms`);
    assert(gone.length < made.length && (await s.metric('habilitd_events_total', 'unread')) >= unread + gone.length);
    assert.equal(await outcome(), 404);
    for (const { uri } of gone) await s.ok(200, 'GET', uri); // the event is gone, not the person
  });
}

export async function signing_keys(s) {
  for (const [what, file, expected] of [['one that everybody can read', signing_key(s, 'ES256', '644'), /chmod o=/],
    ['P-384', signing_key(s, 'P-384'), /P-256/],
    ['RSA of 1024 bits', signing_key(s, 'small'), /2048/], ['no key', s.stack.demo.config, /events\.signing_key_file/],
    ['no file', join(s.stack.dir, 'none.pem'), /none\.pem cannot be read/]])
    await s.case(`763 a signing key that is refused: ${what}`, 'docs/settings.md', async () => {
      const { status, said } = await said_of(s, 'serve', signing(file));
      assert(status > 0, `ended with ${status}`);
      assert.match(said, expected);
      assert.match(said, /events\.signing_key_file/);
    });
}

// Another key from the next start on: receivers know it by its kid.
export async function another_key(s) {
  const file = signing_key(s, 'RS256');
  await settle(s, signing(file));
  await signed_events(s, file, 'RS256');
}
