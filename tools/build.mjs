/** `npm run build`: dependencies, build, and the simulated day that first starts begin with. */
import { ensureAll, ensurePlantDay } from './project.mjs';

await ensureAll();
ensurePlantDay();
