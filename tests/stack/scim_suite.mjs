// Black-box SCIM through nginx: the harness. A case is one exchange with what the RFC demands of it;
// every case names its section. Prints a line for each failure and a summary; exit 1 on any.
import { strict as assert } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { Stack } from '../support/stack.mjs';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const EXT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

export const patch = (...Operations) => ({ schemas: [PATCH], Operations });
export const user = (userName, more = {}) => ({ schemas: [USER], userName, ...more });
export const enc = encodeURIComponent;

export class Suite {
  requests = 0;
  failures = [];
  cases = 0;

  constructor(stack) {
    this.stack = stack;
  }

  async send(method, path, body, headers) {
    this.requests++;
    return this.stack.scim(method, path, body, headers);
  }

  // Sends and expects a status, or a list of permitted ones; returns the answer.
  async ok(status, method, path, body, headers) {
    const answer = await this.send(method, path, body, headers);
    const permitted = [status].flat();
    assert(permitted.includes(answer.status),
      `${method} ${path}: ${answer.status} instead of ${permitted.join(' or ')}: ${JSON.stringify(answer.body)?.slice(0, 300)}`);
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
    this.cases++;
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
