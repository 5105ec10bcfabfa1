/**
 * Parts of the simulated plant with third-party stacks on the loopback interface, so that what is decoded is not only what
 * this project encodes. The physics drives the values; the stacks say what they did.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld } from '../../plant/physics/index.ts';
import { startModbus } from './modbus.ts';
import { missingMosquitto, startMqtt } from './mqtt.ts';
import { startOpcua } from './opcua.ts';
import { type LiveStack, missingStacks, type StackContext, type Truth } from './truth.ts';

export { ADDRESS, PORT, type Truth } from './truth.ts';

/** What keeps the stacks from running here; empty when nothing does. */
export const missing = (): string[] => {
  const out = [missingStacks(), missingMosquitto()].filter((x) => x !== undefined);
  if (process.platform !== 'linux') out.push('the stations need the whole of 127/8, which Linux alone has');
  else if (process.getuid?.() !== 0) out.push('ports below 1024 and capturing need root');
  return out;
};

export interface StackPlant {
  /** Lets the plant live for so many seconds, then every client does a round. */
  round(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts every stack. `startS`: seconds since 1970 of the plant's own clock. */
export const startStackPlant = async (options: {
  readonly seed: number;
  readonly startS: number;
  readonly note: (truth: Truth) => void;
}): Promise<StackPlant> => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stacks-'));
  const world = createWorld({ seed: options.seed, startS: options.startS });
  const context: StackContext = { world, note: options.note, folder };
  const stacks: LiveStack[] = [];
  const stop = async (): Promise<void> => {
    for (const stack of stacks.splice(0).reverse()) await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const start of [startModbus, startOpcua, startMqtt]) stacks.push(await start(context));
  } catch (error) {
    await stop();
    throw error;
  }
  let rounds = 0;
  return {
    round: async (seconds) => {
      world.advance(world.timeS + seconds);
      const n = rounds++;
      await Promise.all(stacks.map((stack) => stack.round(n)));
    },
    stop,
  };
};
