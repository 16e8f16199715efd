// What is measured: the demo's stack, and beside it what the machine could do at all.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stack, free_port, root, until } from '../support/stack.mjs';
import { exchange, in_turns, load, median } from './load.mjs';

const SCOPES = 'users:write,groups:write,structures:write,habilitations:write,requests:write,decisions,grant:*';
const IDENTITIES = ['provisioning', 'decisions'];
const most = 2000; // people the read rows ask for

export class Site {
  children = [];

  static async start(options, work) {
    const site = new Site();
    Object.assign(site, { options, work, seconds: Number(options.seconds), tools: join(options.tools, 'tests/bench') });
    const scale = Number(options.scale);
    site.stack = await Stack.start(['--restart', ...(scale ? ['--scale', options.scale] : [])]);
    await site.look_around();
    await site.start_responder();
    return site;
  }

  async look_around() {
    const { demo } = this.stack;
    const scim = new URL(demo.scim_url);
    Object.assign(this, { demo, origin: scim.origin, base: scim.pathname });
    this.token = execFileSync(this.options.program, ['token', 'create', '--config', demo.config, '--name', 'bench', '--scope', SCOPES],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
    this.headers = { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/scim+json' };
    await until('the token', async () => (await this.ask({ path: `${this.base}/Users?count=0` })).status === 200);
    await this.count_people();
    this.people = await this.all('Users', most);
    this.groups = await this.all('Groups', 100, '&excludedAttributes=members');
    this.scale_people = this.people.filter((p) => /^p\d{6}@/.test(p.userName));
  }

  async all(what, wanted, more = '') {
    const found = [];
    for (let start = 1; found.length < wanted; start += 100) {
      const { totalResults, Resources } = await this.json(`/${what}?startIndex=${start}&count=100${more}`);
      found.push(...(Resources ?? []));
      if (start + 100 > totalResults) break;
    }
    return found.slice(0, wanted);
  }

  // Writes add people: asked again where it matters.
  async count_people() {
    return (this.total = (await this.json('/Users?count=0')).totalResults);
  }

  // One request by fetch, whatever its status.
  ask({ method = 'GET', path, body }) {
    return fetch(this.origin + path, { method, headers: this.headers, body });
  }
  async json(path) {
    const answer = await exchange(this.origin, [{ path: this.base + path }], this.headers);
    return JSON.parse(answer.answers[0].body);
  }

  // SCIM requests again and again, or each once.
  load(requests, { headers = this.headers, ...more } = {}) {
    return load(this.origin, requests, headers, { work: this.work, seconds: this.seconds, ...more });
  }
  exchange(requests, more) {
    return exchange(this.origin, requests, this.headers, more);
  }

  // A case that kept the program busy must not spoil the next one.
  async ready() {
    await until('habilitd to be ready', async () => (await fetch(this.demo.health_url)).status === 200, 120000);
  }

  // The same bytes to the trivial responder; `through`: the name of an nginx.
  trivial({ through = 'plain', request = { path: '/' }, connections = 16, seconds = this.seconds } = {}) {
    return load(`http://127.0.0.1:${this.responder[through]}`, [request], this.headers,
      { work: this.work, seconds, connections });
  }

  // Requests again and again, in turns of a second with the trivial responder; 99th percentiles are medians, too.
  async against_trivial(requests, trivial_request, more) {
    const measured = await in_turns(2 * this.seconds, () => this.trivial({ request: trivial_request, seconds: 1 }),
      () => this.load(requests, { ...more, seconds: 1 }));
    const p99 = (turns) => median(turns.map((each) => each.p99));
    return { ...measured, p99: p99(measured.ours), responder_p99: p99(measured.theirs) };
  }

  // libldap alone. `what`: a DN to read, or LDIF records as texts. `as`: an identity of habilitd, or admin.
  raw(mode, what, { connections = 1, as = 'admin', lenient = false } = {}) {
    let argument = what;
    if (mode !== 'read') writeFileSync(argument = join(this.work, 'operations.ldif'), what.join('\n\n') + '\n');
    const [name, password] = this.credentials(as);
    return JSON.parse(execFileSync(join(this.tools, 'bench_raw_ldap'), ['-c', String(connections), '-s', String(this.seconds),
      ...(lenient ? ['-k'] : []), this.demo.ldapi_uri, name, password, mode, argument], { encoding: 'utf8', maxBuffer: 1 << 26 }));
  }

  credentials(identity) {
    if (!IDENTITIES.includes(identity)) return [this.demo.ldap_admin_dn, this.demo.ldap_admin_password];
    const file = join(dirname(this.demo.config), 'slapd/secrets', identity);
    return [`cn=habilitd-${identity},ou=services,${this.demo.ldap_base}`, readFileSync(file, 'utf8').trim()];
  }

  dn_of(id) {
    return this.stack.ldap(`(entryUUID=${id})`, undefined, ['1.1']).match(/^dn: (.*)$/m)[1];
  }

  // How long the program took for each request of a route meanwhile, in milliseconds: from the request
  // read to the answer made (habilitd_request_seconds_total).
  async in_program(route, act) {
    const before = await this.spent(route);
    const result = await act();
    const after = await this.spent(route);
    const count = after.count - before.count;
    return { result, count, mean: (1000 * (after.seconds - before.seconds)) / count };
  }

  async spent(route) {
    const text = await (await fetch(this.demo.metrics_url)).text();
    const sum = (name) => [...text.matchAll(new RegExp(`^${name}\\{route="${route}"[^}]*\\} (\\S+)$`, 'gm'))]
      .reduce((all, [, value]) => all + Number(value), 0);
    return { count: sum('habilitd_requests_total'), seconds: sum('habilitd_request_seconds_total') };
  }

  pid() {
    return JSON.parse(readFileSync(join(this.stack.dir, 'demo.json'), 'utf8')).pids.habilitd;
  }

  // Behind two nginx: one with nothing but what it needs, one with the settings that habilitd's has. Each
  // has a responder of its own, whose threads belong to kept connections.
  async start_responder() {
    for (const name of ['plain', 'habilitd']) this.start(join(this.tools, 'bench_responder'), [join(this.work, `${name}.sock`)]);
    this.responder = { plain: await free_port(), product: await free_port() };
    this.start_nginx('plain', plain_nginx(this.work, join(this.work, 'plain.sock'), this.responder.plain));
    const folder = join(this.work, 'product');
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    mkdirSync(join(folder, 'log'));
    execFileSync(join(root, 'deploy/nginx/fill'), ['--to', folder, '--run', this.work, '--access-log', join(folder, 'log/access.log'),
      '--open-limits', `DIR=${folder}`, `PORT=${this.responder.product}`, 'LISTEN6=', 'LISTEN6_DEFAULT=',
      `USER=${process.getuid() === 0 ? 'user root;' : ''}`, `demo.conf=${join(this.work, 'product.conf')}`]);
    this.start_nginx('product');
    for (const port of Object.values(this.responder)) {
      await until('the responder', async () => (await fetch(`http://127.0.0.1:${port}/scim/`)).ok);
    }
  }

  start_nginx(name, text) {
    const file = join(this.work, `${name}.conf`);
    if (text) writeFileSync(file, text);
    this.start('nginx', ['-p', this.work, '-c', file, '-e', join(this.work, `${name}.error.log`)]);
  }

  start(program, words) {
    this.children.push(spawn(program, words, { stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } }));
  }

  async stop() {
    // A responder waits in accept() and hears nothing softer; nginx ends its workers on TERM.
    for (const child of this.children) child.kill(child.spawnfile === 'nginx' ? 'SIGTERM' : 'SIGKILL');
    await this.stack.stop();
  }
}

const plain_nginx = (work, socket, port) => `
daemon off; ${process.getuid() === 0 ? 'user root;' : ''} worker_processes 2; pid ${work}/plain.pid;
events { worker_connections 512; }
http { access_log off; client_body_temp_path ${work}/b; proxy_temp_path ${work}/p; fastcgi_temp_path ${work}/f;
  uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;
  upstream responder { server unix:${socket}; keepalive 8; }
  server { listen 127.0.0.1:${port}; location / {
    include /etc/nginx/fastcgi_params; fastcgi_keep_conn on; fastcgi_pass responder; } } }`;
