import { describe, expect, it } from 'vitest';
import { inspect, inspectTree } from './tidy.ts';

/** [file, source, what the breach must say] */
const BREACHES: readonly (readonly [string, string, string])[] = [
  ['src/lib/a.ts', "import { x } from '../core/frame.ts';", 'lib must not import core'],
  ['src/core/a.ts', "import { readFileSync } from 'node:fs';", 'must run in a browser'],
  ['src/core/a.ts', "import type { S } from '../decode/index.ts';", 'core must not import decode'],
  ['src/decode/modbus/index.ts', "import { s7 } from '../s7comm/index.ts';", 'sibling s7comm'],
  ['src/decode/list.ts', "import { x } from './modbus/wire.ts';", 'entered through its index.ts'],
  ['src/decode/a.ts', "import { x } from '../observe/site.ts';", 'decode must not import observe'],
  ['src/decode/a.ts', "import * as net from 'node:net';", 'watching never sends'],
  ['src/capture/a.ts', "import { spawn } from 'node:child_process';", 'watching never sends'],
  ['src/app/a.ts', "import { connect } from 'node:net';", 'watching never sends'],
  ['src/observe/a.ts', "import { fetchAll } from 'kysely';", 'kysely does not belong in observe'],
  ['src/app/a.ts', "import duckdb from '@duckdb/node-api';", 'does not belong in app'],
  ['src/ui/a.tsx', "import { Engine } from '../app/engine.ts';", 'ui must not import app'],
  ['src/ui/a.tsx', "import fastify from 'fastify';", 'does not belong in ui'],
  ['src/server/a.ts', "import { x } from '../decode/index.ts';", 'server must not import decode'],
  ['src/observe/a.ts', 'const t = Date.now();', 'time and chance'],
  ['src/decode/a.ts', 'const t = Math.random();', 'time and chance'],
  ['src/decode/a.ts', 'const f = (x: any) => x;', '`any` hides'],
  ['src/decode/a.ts', 'const f = (x: Array<any>) => x;', '`any` hides'],
  ['src/decode/a.ts', 'const f = x as any;', '`any` hides'],
  ['src/decode/a.ts', "const T: Readonly<Record<string, Verb>> = { GET: 'read' };", 'tableOf'],
  ['src/store/a.ts', "export { x } from '../decode/index.ts';", 'store must not import decode'],
  ['src/store/a.ts', "const m = await import('../decode/index.ts');", 'store must not import decode'],
  ['plant/a.ts', "import { Dispatcher } from '../src/decode/dispatch.ts';", 'plant must not import decode'],
];

describe('tidy', () => {
  for (const [file, source, text] of BREACHES)
    it(`catches in ${file}: ${source}`, () => {
      expect(
        inspect(file, source)
          .map((b) => b.text)
          .join('\n'),
      ).toContain(text);
    });

  it('lets through what is allowed', () => {
    expect(inspect('plant/a.ts', "import { encode } from '../src/decode/modbus/wire.ts';")).toEqual([]);
    expect(inspect('src/app/live-capture.ts', "import { spawn } from 'node:child_process';")).toEqual([]);
    expect(
      inspect('src/decode/modbus/wire.ts', "import { u8 } from '../../lib/bytes.ts';\n// Date.now() is not called\n"),
    ).toEqual([]);
    expect(inspect('src/decode/modbus/index.ts', "import { ber } from '../shared/ber.ts';")).toEqual([]);
    expect(inspect('src/server/a.ts', "import fastify from 'fastify';\nconst t = Date.now();")).toEqual([]);
  });

  it('finds no breach in the tree', () => {
    expect(inspectTree()).toEqual([]);
  });
});
