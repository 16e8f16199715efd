// An existing site that habilitd has never seen: a slapd with the standard schemas and plain entries
// (tests/stack/plain_site). The steps by which its administrator adopts it are those of docs/operations.md.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, free_port, program, root, until } from './stack.mjs';

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
export const PASSWORD = 'Un mot de passe de la ville 7';
export const SUFFIX = "o=Ville d'Exemple,c=FR";
const ADMIN_PASSWORD = 'administrateur-de-la-ville';
const IDENTITIES = ['reader', 'provisioning', 'decisions', 'passwords'];

export class PlainSite extends Stack {
  static async start() {
    const site = new PlainSite();
    site.dir = mkdtempSync(join(tmpdir(), 'habilitd-plain-'));
    site.children = [];
    for (const folder of ['data', 'slapd.d', 'run', 'log', 'tmp', 'nginx', 'policies']) mkdirSync(join(site.dir, folder));
    site.load();
    const socket = join(site.dir, 'run/slapd.sock');
    site.uri = `ldapi://${socket.replaceAll('/', '%2F')}`;
    site.spawn('slapd', ['-d', '0', '-F', join(site.dir, 'slapd.d'), '-h', site.uri]);
    await until('slapd', () => site.directory('ldapwhoami', []));
    return site;
  }

  // The configuration and content the site had before.
  load() {
    const fill = (name, words) => {
      let text = readFileSync(join(root, 'tests/stack/plain_site', name), 'utf8');
      for (const [word, value] of Object.entries(words)) text = text.replaceAll(`@${word}@`, value);
      writeFileSync(join(this.dir, 'tmp', name), text);
      return join(this.dir, 'tmp', name);
    };
    const hash = this.run('slappasswd', ['-n', '-h', '{SSHA}', '-s', PASSWORD]);
    const add = (number, file) => this.run('slapadd', ['-n', number, '-F', join(this.dir, 'slapd.d'), '-l', file]);
    add('0', fill('config.ldif', { DIR: this.dir, PASSWORD: ADMIN_PASSWORD }));
    add('1', fill('people.ldif', { HASH: hash }));
  }

  // Settings: where this site keeps things, and passwords for the identities.
  async settle() {
    for (const name of IDENTITIES) writeFileSync(join(this.dir, name), `${name}-of-the-town`, { mode: 0o600 });
    writeFileSync(join(this.dir, 'admin'), ADMIN_PASSWORD, { mode: 0o600 });
    execFileSync('cp', [join(root, 'policies/soffi.json'), join(root, 'policies/soffi.tests.json'), join(this.dir, 'policies')]);
    this.port = await free_port();
    this.config = join(this.dir, 'habilitd.conf');
    const settings = {
      'site.base_url': `http://localhost:${this.port}`,
      'server.socket': join(this.dir, 'run/habilitd.sock'),
      'server.health_socket': join(this.dir, 'run/health.sock'),
      'policies.dir': join(this.dir, 'policies'),
      'audit.file': join(this.dir, 'audit.log'),
      'directory.uri': this.uri,
      'directory.suffix': SUFFIX,
      'directory.people': `ou=Agents,${SUFFIX}`,
      'directory.groups': `ou=Groupes,${SUFFIX}`,
      'directory.structures': `ou=Etablissements,${SUFFIX}`,
      'mail.sender': 'no-reply@ville.example',
      'mail.sendmail': join(this.dir, 'sendmail'),
      ...Object.fromEntries(IDENTITIES.map((name) => [`directory.${name}_password_file`, join(this.dir, name)])),
    };
    writeFileSync(this.config, Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`).join(''));
    writeFileSync(join(this.dir, 'sendmail'),
      `#!/bin/sh\nexec ${root}/deploy/demo/sendmail-catcher --maildir ${this.dir}/mail "$@"\n`, { mode: 0o755 });
    for (const folder of ['tmp', 'new', 'cur']) mkdirSync(join(this.dir, 'mail', folder), { recursive: true });
  }

  // `habilitd directory init` for the configuration database, then for the tree.
  adopt() {
    for (const part of ['server', 'schema', 'tree', 'overlays', 'access']) {
      if (part === 'tree') {
        this.ok('directory', 'init', '--admin-name', `cn=admin,${SUFFIX}`, '--admin-password-file', join(this.dir, 'admin'));
        continue;
      }
      const ldif = join(this.dir, 'tmp', `${part}.ldif`);
      writeFileSync(ldif, this.ok('directory', 'init', '--part', part));
      this.run('ldapmodify', ['-c', '-a', '-x', '-H', this.uri, '-D', 'cn=config', '-w', ADMIN_PASSWORD, '-f', ldif],
        part === 'server'); // -c: an index that was there before
    }
  }

  async serve() {
    const token = this.ok('token', 'create', '--name', 'rh', '--scope', 'users:write,groups:write,grant:*').trim();
    this.run(join(root, 'deploy/nginx/fill'), ['--to', join(this.dir, 'nginx'), '--run', join(this.dir, 'run'),
      '--access-log', join(this.dir, 'log/access.log'), '--open-limits', `DIR=${this.dir}`, `PORT=${this.port}`, 'LISTEN6=',
      'LISTEN6_DEFAULT=', `USER=${process.getuid() === 0 ? 'user root;' : ''}`, `demo.conf=${join(this.dir, 'nginx/nginx.conf')}`]);
    this.spawn(program, ['serve', '--config', this.config]);
    this.spawn('nginx', ['-p', join(this.dir, 'nginx'), '-c', join(this.dir, 'nginx/nginx.conf'), '-e', join(this.dir, 'log/nginx.log')]);
    const base_url = `http://localhost:${this.port}`;
    this.demo = { base_url, scim_url: `${base_url}/scim/v2`, scim_token: token, mail_dir: join(this.dir, 'mail'), audit_log: join(this.dir, 'audit.log') };
    await until('habilitd', async () => (await fetch(`${base_url}/health/ready`)).status === 200);
  }

  run(command, words, may_fail = false) {
    const done = spawnSync(command, words, { encoding: 'utf8', env: { ...process.env, PATH } });
    if (done.status !== 0 && !may_fail) throw new Error(`${command}: ${done.status}\n${done.stderr}`);
    return done.stdout;
  }

  // A command of habilitd: {status, text}.
  told(...words) {
    const done = spawnSync(program, [...words, '--config', this.config], { encoding: 'utf8' });
    return { status: done.status, text: done.stdout + done.stderr, out: done.stdout };
  }

  ok(...words) {
    const done = this.told(...words);
    if (done.status !== 0) throw new Error(`habilitd ${words.join(' ')}: ${done.status}\n${done.text}`);
    return done.out;
  }

  directory(command, words) {
    return this.run(command, ['-x', '-H', this.uri, '-D', `cn=admin,${SUFFIX}`, '-w', ADMIN_PASSWORD, ...words]);
  }

  entry(name, attributes = []) {
    return this.directory('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', '-b', name, '-s', 'base', ...attributes]);
  }

  is_member(group, name) {
    const done = spawnSync('ldapcompare', ['-x', '-H', this.uri, '-D', `cn=admin,${SUFFIX}`, '-w', ADMIN_PASSWORD, group, `member:${name}`]);
    return done.status === 6; // compareTrue
  }

  spawn(command, words) {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH } });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    this.children.push({ child, said: () => said, command });
  }

  async stop() {
    for (const { child } of this.children.reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
    if (!process.env.HABILITD_KEEP) rmSync(this.dir, { recursive: true, force: true });
  }
}
