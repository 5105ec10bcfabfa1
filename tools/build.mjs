/** `npm run build`: dependencies and build, nothing else. */
import { ensureAll } from './project.mjs';

ensureAll();
