// An IAM as far as habilitd sees one: keys over HTTPS (JWKS, RFC 7517), and tokens signed with them (RFC 7515).
import { execFileSync } from 'node:child_process';
import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { free_port } from '../support/stack.mjs';

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const RAW = { dsaEncoding: 'ieee-p1363' };
const ALGORITHMS = { RS256: ['sha256', {}], PS256: ['sha256', PSS], ES256: ['sha256', RAW], ES384: ['sha384', RAW], ES512: ['sha512',
  RAW] };
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export const base64url = (value) => Buffer.from(typeof value === 'object' && !Buffer.isBuffer(value) ?
  JSON.stringify(value) : value).toString('base64url');

// A certificate of its own authority for that name: {key, cert}, files below the folder.
export function certificate(folder, name, host = 'localhost') {
  const made = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.pem`) };
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
    `/CN=${host}`,
    '-addext', `subjectAltName=DNS:${host}`, '-keyout', made.key, '-out', made.cert], { stdio: 'ignore' });
  return made;
}

export class Iam {
  keys = new Map(); // all that were ever made, by kid
  published = [];
  fetches = 0;

  static async prepare(folder) {
    const iam = new Iam();
    iam.port = await free_port();
    iam.certificate = certificate(folder, 'iam');
    iam.url = `https://localhost:${iam.port}`;
    iam.issuer = `${iam.url}/realms/agents`;
    return iam;
  }

  start() {
    const { key, cert } = this.certificate;
    this.server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => this.answer(request.url,
      response));
    return new Promise((done, failed) => this.server.once('error', failed).listen(this.port, '127.0.0.1', done));
  }
  stop() {
    if (!this.server) return undefined;
    const ended = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    return ended;
  }

  answer(path, response) {
    const send = (status, body, headers = {}) => response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
    const keys = JSON.stringify({ keys: this.published });
    if (path === '/keys') {
      this.fetches++;
      return send(200, keys);
    }
    if (path === '/moved') return send(302, '', { Location: `${this.url}/keys` });
    if (path === '/large') return send(200, keys.padEnd(300 << 10));
    if (path === '/page') return send(200, '<!doctype html>', { 'Content-Type': 'text/html' });
    if (path === '/none') return send(200, '{"keys":[]}');
    return path === '/slow' ? undefined : send(500, '{}');
  }

  // A key pair, and its public half as it is published.
  make(kid, alg) {
    const pair = CURVES[alg] ? generateKeyPairSync('ec', { namedCurve: CURVES[alg] }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.keys.set(kid, { ...pair, alg });
    return { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg };
  }
  publish(...keys) {
    this.published = keys;
  }

  claims(more) {
    const now = Math.floor(Date.now() / 1000);
    return { iss: this.issuer, aud: 'habilitd', exp: now + 300, iat: now, jti: String(Math.random()), ...more };
  }
  // Signed by the key `kid`; `header` is laid over the usual one, undefined takes a member away.
  token(claims, kid, header = {}) {
    const { privateKey, alg } = this.keys.get(kid);
    return signed(privateKey, alg, { typ: 'JWT', alg, kid, ...header }, this.claims(claims));
  }
}

// The header's own `alg` plays no part here, so that it may lie.
export function signed(key, alg, header, claims) {
  const input = `${base64url(header)}.${base64url(claims)}`;
  if (alg === 'none') return `${input}.`;
  if (alg === 'HS256') return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  const [hash, options] = ALGORITHMS[alg];
  return `${input}.${sign(hash, Buffer.from(input), { key, ...options }).toString('base64url')}`;
}
