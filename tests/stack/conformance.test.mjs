// The public tester scim2-tester (PyPI, newest) against the whole stack, and docs/openapi.json against what the stack
// answers.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, root, skip } from '../support/stack.mjs';

const python = join(root, 'tests/.venv/bin/python');
if (!existsSync(python)) skip('scim2-tester is not installed (tests/run installs it where PyPI can be reached)');
const stack = await Stack.start();
const run = (script, ...words) => {
  const done = spawnSync(python, [join(root, 'tests/stack', script), ...words, stack.demo.scim_url, stack.demo.scim_token],
    { encoding: 'utf8', maxBuffer: 1 << 26 });
  console.log(done.stdout + done.stderr);
  if (done.status !== 0) process.exitCode = 1;
};
try {
  run('conformance.py');
  run('openapi.py', join(root, 'docs/openapi.json'));
} finally {
  await stack.stop();
}
