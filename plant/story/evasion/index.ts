/** Every evasion that is played over the network of the simulated plant. */
import { BLINDING } from './blinding.ts';
import { CHANNELS } from './channels.ts';
import { COMMANDS } from './commands.ts';
import type { Evasion } from './evader.ts';

export { type Evasion, evade, type Ledger, type Progress } from './evader.ts';

export const EVASIONS: readonly Evasion[] = [...BLINDING, ...COMMANDS, ...CHANNELS];
