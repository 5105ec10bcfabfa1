/** What the third-party stacks say that they did: the truth that decoding is held against. Source: their own callbacks. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantWorld } from '../../plant/physics/index.ts';

export type Stack = 'modbus' | 'opcua' | 'mqtt';

/** One value or service as one side of a conversation knows it. */
export interface Truth {
  readonly stack: Stack;
  /** Who says so. */
  readonly by: 'client' | 'server';
  readonly kind: 'read' | 'write' | 'notified' | 'service';
  /** In the words of the decoders: `holding 12`, `ns=1;s=LT-101`, the topic; of a service its name. */
  readonly path: string;
  readonly value: number | string | boolean;
  /** '' accepted, else the stack's own reason. */
  readonly refused: string;
}

export interface LiveStack {
  /** One round of what its client does: polls, a write now and then, a question that is refused. */
  round(n: number): Promise<void>;
  stop(): Promise<void>;
}

export interface StackContext {
  /** The physics; brought up to date by the caller. */
  readonly world: PlantWorld;
  readonly note: (truth: Truth) => void;
  /** An empty folder for files of the stack. */
  readonly folder: string;
}

/** Where the stations stand on the loopback interface (Linux: all of 127/8 is there). */
export const ADDRESS = {
  modbus: '127.77.0.11',
  opcua: '127.77.0.12',
  broker: '127.77.0.20',
  panel: '127.77.0.81',
} as const;
export const PORT = { modbus: 502, opcua: 4840, mqtt: 1883 } as const;

export const here = dirname(fileURLToPath(import.meta.url));
/** Why the npm stacks cannot be used, or undefined when they are installed. */
export const missingStacks = (): string | undefined =>
  existsSync(join(here, 'node_modules', 'modbus-serial')) && existsSync(join(here, 'node_modules', 'node-opcua-server'))
    ? undefined
    : 'the third-party stacks are not installed: npm ci --prefix tools/live-plant --ignore-scripts --omit=optional';

/** The stacks are CommonJS. */
export const load = createRequire(import.meta.url);
