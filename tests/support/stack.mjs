// A whole stack for tests: deploy/demo/up in a private folder, and the small clients that tests need.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const program = process.env.HABILITD_PROGRAM ?? join(root, 'build/dev/habilitd');
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Exit code 77 is ctest's "skipped" for these tests; the reason is printed.
export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

// Calls `probe` until it returns something truthy; its last error or value is told when time is up.
export async function until(what, probe, milliseconds = 10000) {
  const end = Date.now() + milliseconds;
  for (let last; ; ) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms for ${what}; last: ${last}`);
    await sleep(25);
  }
}

export async function free_port() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Stack {
  static async start(options = []) {
    const dir = mkdtempSync(join(tmpdir(), 'habilitd-stack-'));
    const port = await free_port();
    const up = spawn(
      join(root, 'deploy/demo/up'),
      ['--dir', dir, '--port', String(port), '--no-install', '--no-build', '--habilitd', program, ...options],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    up.stdout.on('data', (text) => (said += text));
    up.stderr.on('data', (text) => (said += text));
    const stack = new Stack();
    Object.assign(stack, { dir, up, output: () => said });
    const file = join(dir, 'demo.json');
    try {
      await until('demo.json', () => {
        if (up.exitCode !== null) throw new Error(`deploy/demo/up ended with ${up.exitCode}`);
        return existsSync(file) && said.includes('http');
      }, 120000);
    } catch (error) {
      up.kill('SIGTERM');
      throw new Error(`${error.message}\n${said}`);
    }
    stack.demo = JSON.parse(readFileSync(file, 'utf8'));
    return stack;
  }

  async stop() {
    if (this.up.exitCode === null) {
      const ended = new Promise((done) => this.up.once('exit', done));
      this.up.kill('SIGTERM');
      await ended;
    }
    if (!process.env.HABILITD_KEEP) rmSync(this.dir, { recursive: true, force: true });
  }

  account(kind, test = () => true) {
    const found = this.demo.accounts.find((a) => a.kind === kind && test(a));
    if (!found) throw new Error(`the demo has no such ${kind}`);
    return found;
  }

  // A SCIM exchange with a real HTTP client: {status, headers, body}; the body parsed when it is JSON.
  async scim(method, path, body, headers = {}) {
    const answer = await fetch(this.demo.scim_url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.demo.scim_token}`,
        Accept: 'application/scim+json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/scim+json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    let parsed = text;
    try { parsed = text ? JSON.parse(text) : null; } catch { /* kept as text */ }
    return { status: answer.status, headers: answer.headers, body: parsed };
  }

  async create_person({ user_name, given, family, mail, password, language }) {
    const made = await this.scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: user_name,
      name: { givenName: given, familyName: family },
      displayName: `${given} ${family}`,
      emails: [{ value: mail, type: 'work', primary: true }],
      preferredLanguage: language,
      active: true,
      password,
    });
    if (made.status !== 201) throw new Error(`POST /Users: ${made.status} ${JSON.stringify(made.body)}`);
    return made.body;
  }

  // Mails in the Maildir, oldest first: {to, subject, headers, text}.
  mails(to) {
    const folder = join(this.demo.mail_dir, 'new');
    const all = existsSync(folder) ? readdirSync(folder).sort() : [];
    return all.map((name) => read_mail(readFileSync(join(folder, name)))).filter((m) => !to || m.to.includes(to));
  }

  ldap(filter, base = this.demo.ldap_base, attributes = []) {
    return execFileSync('ldapsearch', ['-x', '-LLL', '-o', 'ldif-wrap=no', '-H', this.demo.ldap_uri,
      '-D', this.demo.ldap_admin_dn, '-w', this.demo.ldap_admin_password, '-b', base, filter, ...attributes],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  }

  habilitd(...words) {
    return execFileSync(program, words, { encoding: 'utf8' });
  }
}

export function read_mail(bytes) {
  const raw = bytes.toString('utf8').replace(/\r\n/g, '\n');
  const cut = raw.indexOf('\n\n');
  const headers = {};
  for (const line of raw.slice(0, cut).replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = decode_words(line.slice(colon + 1).trim());
  }
  let text = raw.slice(cut + 2);
  const encoding = (headers['content-transfer-encoding'] ?? '').toLowerCase();
  if (encoding === 'quoted-printable') text = quoted_printable(text);
  if (encoding === 'base64') text = Buffer.from(text, 'base64').toString('utf8');
  return { headers, to: headers.to ?? '', subject: headers.subject ?? '', text };
}

const quoted_printable = (text) => Buffer.from(
  text.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))
    ).split('').flatMap((c) => c.charCodeAt(0) < 256 ? [c.charCodeAt(0)] : [...Buffer.from(c)])).toString('utf8');

// RFC 2047 encoded words.
function decode_words(text) {
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?([^?]+)\?([BQ])\?([^?]*)\?=/gi, (_, charset, kind, data) => {
    const bytes = kind.toUpperCase() === 'B' ? Buffer.from(data, 'base64')
      : Buffer.from(data.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/gi, (__, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
    return bytes.toString(/iso-8859/i.test(charset) ? 'latin1' : 'utf8');
  });
}
