// The SCIM service through nginx, black box.
import { run_suite } from './scim_suite.mjs';
import { protocol } from './scim_protocol.mjs';
import { resources } from './scim_resources.mjs';
import { filters } from './scim_filters.mjs';
import { lists } from './scim_lists.mjs';
import { patches } from './scim_patch.mjs';
import { bulk } from './scim_bulk.mjs';
import { types } from './scim_types.mjs';
import { providers } from './scim_providers.mjs';

await run_suite('SCIM through nginx', [protocol, resources, filters, lists, patches, bulk, types, providers]);
