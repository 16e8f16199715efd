// What SCIM clients may do and are told, many of them at once, and what nginx says when nobody answers.
import { run_suite } from './scim_suite.mjs';
import { clients } from './scim_clients.mjs';
import { events } from './scim_events.mjs';
import { concurrency } from './scim_concurrency.mjs';
import { nginx } from './scim_nginx.mjs';

await run_suite('SCIM clients through nginx', [clients, events, concurrency, nginx], ['--restart']);
