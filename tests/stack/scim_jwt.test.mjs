// Tokens of an IAM, /Me, and events that are signed and grow old, through nginx.
import { run_suite } from './scim_suite.mjs';
import { Iam } from './iam.mjs';
import { jwt, settings_of, settle } from './scim_jwt.mjs';
import { another_key, retention, signed_events, signing, signing_key, signing_keys } from './scim_signed_events.mjs';

process.env.no_proxy = 'localhost,127.0.0.1'; // the IAM is here

let iam;
async function everything(s) {
  const key = signing_key(s, 'ES256');
  iam = await Iam.prepare(s.stack.dir);
  iam.publish(iam.make('rsa-1', 'RS256'), iam.make('rsa-2', 'RS256'), iam.make('ec-1', 'ES256'));
  await settle(s, { ...settings_of(iam), ...signing(key) });
  await jwt(s, iam, async () => {
    await signed_events(s, key, 'ES256');
    await signing_keys(s);
    await retention(s);
  });
  await another_key(s);
}

try {
  await run_suite('Tokens of an IAM through nginx', [everything], ['--restart']);
} finally {
  await iam?.stop();
}
