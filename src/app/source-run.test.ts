/** A fault of our own, which no frame should be able to cause, costs the frame at which it happens and is told; not the source. */
import { expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import type { At, Identity } from '../core/observation.ts';
import type { SiteSink } from '../core/site-model.ts';
import { createSiteRuntime } from './pipeline.ts';
import { SourceRun } from './source-run.ts';
import { emptyHealth, newSource } from './source-work.ts';

// An LLDP frame (IEEE 802.1AB) of the system `a`, `b`, ...: chassis and port by MAC address, time to live, system name.
const lldp = (name: string): Uint8Array => {
  const mac = '0200000000'.concat(Buffer.from(name).toString('hex'));
  const text = `0180c200000e${mac}88cc0207 04${mac} 0407 03${mac} 06020078 0a01${Buffer.from(name).toString('hex')} 0000`;
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
};

async function* captureOf(names: string): AsyncGenerator<Uint8Array> {
  yield pcapHeader({ linkType: 1 });
  for (const [i, name] of [...names].entries())
    yield pcapRecord({ bytes: lldp(name), tsUs: 1_700_000_000_000_000 + i * 1_000_000 }, { linkType: 1 });
}

const read = async (names: string, throwsAt: string) => {
  const heard: string[] = [];
  const faults: unknown[] = [];
  const nothing = (): void => undefined;
  const sink = {
    ...Object.fromEntries(
      ['command', 'values', 'value', 'module', 'name', 'session', 'weird', 'alias', 'flow', 'tick'].map((kind) => [
        kind,
        nothing,
      ]),
    ),
    identity: (_at: At, { attribute, value }: Identity) => {
      if (attribute !== 'hostname') return;
      if (throwsAt.includes(value)) throw new TypeError(`secret of ${value}`);
      heard.push(value);
    },
  } as unknown as SiteSink;
  const site = { id: 's' } as Parameters<typeof newSource>[1];
  const run = new SourceRun({
    source: newSource({ nowUs: () => 0 }, site, {
      id: 'f',
      kind: 'file',
      name: 'a.pcap',
      path: '',
      health: emptyHealth(),
    }),
    runtime: createSiteRuntime(() => sink),
    chunks: captureOf(names),
    nowUs: () => 0,
    nowMs: () => 0,
    progress: () => 1,
    turn: async () => undefined,
    onFault: (error) => faults.push(error),
  });
  await run.run();
  return { heard: heard.join(''), source: run.source, faults };
};

it('goes on behind the frame, counts it, and says once where it was', async () => {
  const { heard, source, faults } = await read('abcdef', 'bdf');
  expect(heard).toBe('ace');
  expect([source.state, source.health.frames]).toEqual(['complete', 6]);
  expect(source.warnings).toHaveLength(1);
  expect(source.warnings[0]).toMatchObject({ code: 'decode.fault' });
  expect(source.warnings[0]!.text).toMatch(/^3 frame\(s\) .* \(the first: frame 2, TypeError in \w.*\)/);
  // The message of an error may cite what was on the wire.
  expect(source.warnings[0]!.text).not.toContain('secret');
  expect(faults).toHaveLength(1);
});

it('says nothing where nothing failed', async () => {
  const { heard, source, faults } = await read('abc', '');
  expect([heard, source.warnings, faults]).toEqual(['abc', [], []]);
});
