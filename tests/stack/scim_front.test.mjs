// SCIM behind nginx as it is in production: TLS, HTTP/2 and limits.
import { run_suite } from './scim_suite.mjs';
import { front } from './scim_front.mjs';

await run_suite('SCIM behind production’s nginx', [front]);
