// Black-box SCIM through nginx: the harness. A case is one exchange with what the RFC demands of it;
// every case names its section. Prints a line for each failure and a summary; exit 1 on any.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { Stack, program, until } from '../support/stack.mjs';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const EXT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const STRUCTURE = 'urn:habilitd:scim:schemas:core:Structure';
export const HABILITATION = 'urn:habilitd:scim:schemas:core:Habilitation';
export const REQUEST = 'urn:habilitd:scim:schemas:core:AccessRequest';
export const OWN = 'urn:habilitd:scim:schemas:extension:User';
export const EVERYTHING = 'users:write,groups:write,structures:write,habilitations:write,requests:write,grant:*';
export const NOBODY = '2819c223-7f76-453a-919d-413861904646';

export const patch = (...Operations) => ({ schemas: [PATCH], Operations });
export const user = (userName, more = {}) => ({ schemas: [USER], userName, ...more });
export const group = (displayName, members, more = {}) => ({ schemas: [GROUP], displayName, members: members?.map((value) => ({ value })), ...more });
export const structure = (siret, more = {}) => ({ schemas: [STRUCTURE], siret, ...more });
const role_of = (urn) => (person, role, siret, more = {}) =>
  ({ schemas: [urn], person: { value: person }, application: 'soffi', role, siret, justification: 'Needed for the files of the structure', ...more });
export const habilitation = role_of(HABILITATION);
export const access_request = role_of(REQUEST);
export const enc = encodeURIComponent;
export const ids = (values) => (values ?? []).map((v) => v.value).sort();
export const tally = (answers) => answers.reduce((sums, { status }) => ({ ...sums, [status]: (sums[status] ?? 0) + 1 }), {});
export const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));

// A valid SIRET for each number: the last digit makes Luhn's sum a multiple of ten.
export function siret(number) {
  const digits = String(1000000000000 + number);
  const sum = [...digits].reverse().map((d, i) => d * (i % 2 ? 1 : 2)).reduce((all, n) => all + (n > 9 ? n - 9 : n), 0);
  return digits + ((10 - (sum % 10)) % 10);
}

export class Suite {
  sums = { requests: 0, cases: 0 };
  failures = [];

  constructor(stack) {
    this.stack = stack;
  }
  get requests() { return this.sums.requests; }
  get cases() { return this.sums.cases; }

  async send(method, path, body, headers) {
    this.sums.requests++;
    return this.stack.scim(method, path, body, { ...this.own_headers, ...headers });
  }

  // What `habilitd WORDS...` prints about this stack; it fails when the command does.
  command(...words) {
    return execFileSync(program, [...words, '--config', this.stack.demo.config], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  // Another client, with a token of its own, counted in the same sums.
  async client(name, scopes, ...options) {
    const token = this.command('token', 'create', '--name', name, '--scope', scopes, ...options);
    return this.with_token(name, token);
  }

  async with_token(name, token) {
    const other = Object.create(this);
    Object.assign(other, { name, token, own_headers: { Authorization: `Bearer ${token}` } });
    await until(`the token of ${name}`, async () => (await other.send('OPTIONS', '/Users')).status !== 401);
    return other;
  }

  // Posts and returns what was made.
  async make(path, body) {
    return (await this.ok(201, 'POST', path, body)).body;
  }
  async person(userName, more) {
    return (await this.make('/Users', user(userName, { emails: [{ value: `${userName}@example.org`, type: 'work', primary: true }], ...more }))).id;
  }
  async read(path) {
    return (await this.ok(200, 'GET', path)).body;
  }
  async found(path, filter) {
    return (await this.ok(200, 'GET', `${path}?count=1000&filter=${enc(filter)}`)).body;
  }

  // Sums of a metric whose labels hold all of the given texts.
  async metric(name, ...labels) {
    const text = await (await fetch(this.stack.demo.metrics_url)).text();
    return text.split('\n').filter((line) => line.startsWith(name) && labels.every((l) => line.includes(l))).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  // Sends and expects a status, or a list of permitted ones; returns the answer.
  async ok(status, method, path, body, headers) {
    const answer = await this.send(method, path, body, headers);
    const permitted = [status].flat();
    assert(permitted.includes(answer.status),
      `${method} ${path} ${JSON.stringify(body)?.slice(0, 200) ?? ''}: ${answer.status} instead of ${permitted.join(' or ')}: ${JSON.stringify(answer.body)?.slice(0, 300)}`);
    if (answer.status >= 400) this.check_error(answer, answer.status);
    return answer;
  }

  // Expects a SCIM Error, RFC 7644 section 3.12.
  async error(status, scimType, method, path, body, headers) {
    const answer = await this.ok(status, method, path, body, headers);
    if (scimType) {
      assert([scimType].flat().includes(answer.body.scimType),
        `${method} ${path}: scimType ${answer.body.scimType} instead of ${scimType} (${answer.body.detail})`);
    }
    return answer;
  }

  check_error({ headers, body }, status) {
    assert.match(headers.get('content-type') ?? '', /^application\/(scim\+)?json/, 'an error must be JSON');
    assert.deepEqual(body?.schemas, [ERROR], 'an error must carry the Error schema');
    assert.equal(body.status, String(status), 'status is a string equal to the HTTP status');
    assert(typeof body.detail === 'string' && body.detail.length > 0, 'an error must have a detail');
  }

  async count(path_and_filter, expected) {
    const { body } = await this.ok(200, 'GET', path_and_filter);
    assert.equal(body.totalResults, expected, `${decodeURIComponent(path_and_filter)}: totalResults`);
    return body.Resources ?? [];
  }

  async case(name, section, run) {
    this.sums.cases++;
    try {
      await run();
    } catch (error) {
      this.failures.push(`${name} (${section}): ${error.message}`);
      console.log(`FAILED ${name} (${section})\n       ${error.message.split('\n').join('\n       ')}`);
    }
  }
}

export function has(body, expected) {
  for (const [name, value] of Object.entries(expected)) {
    assert(isDeepStrictEqual(body[name], value), `${name} is ${JSON.stringify(body[name])} instead of ${JSON.stringify(value)}`);
  }
}

// Runs the parts against one stack of their own.
export async function run_suite(title, parts, options = []) {
  const stack = await Stack.start(options);
  const suite = new Suite(stack);
  try {
    for (const part of parts) await part(suite, stack);
  } finally {
    await stack.stop();
  }
  console.log(`${title}: ${suite.cases} cases, ${suite.requests} requests, ${suite.failures.length} failed`);
  process.exitCode = suite.failures.length || !suite.cases ? 1 : 0;
}
