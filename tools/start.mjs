/** `npm start -- [captures...]`: everything in place, then the product, in this process so that signals reach it. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endWithParent, ensureAll, root } from './project.mjs';

endWithParent();
await ensureAll();
process.argv.splice(1, 1, join(root, 'bin', 'gatehouse.mjs'), 'start');
await import(pathToFileURL(join(root, 'bin', 'gatehouse.mjs')).href);
