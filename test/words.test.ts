/**
 * Findings as people read them: one of each kind that random observations bring about, told with plain names. What says
 * nothing (0 ms, NaN, undefined) must not stand in any text, whatever the input.
 */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/core/finding.ts';
import { type Naming, tell } from '../src/decide/index.ts';
import { KINDS } from '../src/detect/index.ts';
import { DAY, HOUR, noise, Scene, SECOND } from '../src/detect/testing.ts';
import { faultsOfWords } from './telling.ts';

const SEEDS = [7, 8, 9];
/** Kinds that the noise must bring about, so that this test does not go blind. */
const LEAST_KINDS = 22;
const found = (seed: number): { readonly scene: Scene; readonly findings: readonly Finding[] } => {
  const scene = new Scene({ learningTimeUs: HOUR });
  noise(scene, seed, 4000, 200, 4 * SECOND);
  return { scene, findings: scene.findings() };
};

const namingOf = (scene: Scene): Naming => ({
  endpoint: (id) => scene.endpoints.get(id).ip ?? scene.endpoints.get(id).mac ?? '',
  point: (id) => `point ${id}`,
  protocol: (name: string) => name,
  time: (us) => new Date(us / 1000).toISOString().slice(0, 19),
});

describe('the words of findings', () => {
  const runs = SEEDS.map(found);
  // Kinds that random observations seldom bring about, by hand.
  const scene = new Scene({ learningTimeUs: HOUR });
  const [jump, station, plc] = [
    scene.host('10.9.0.5', 'server', 3.5),
    scene.host('10.20.0.95', 'engineering-station', 2),
    scene.host('10.20.0.10', 'plc', 1),
  ];
  scene.command(station, plc, 's7comm', { verb: 'program-download', operation: 'Request download' });
  scene.pass(DAY);
  scene.flow(jump, station, 'rdp', { firstUs: scene.now - 60 * SECOND, serverPort: 3389 });
  scene.write(station, plc, 'DB1.DBD0', 5, 's7comm');
  for (let i = 0; i < 2; i++)
    scene.weird(station, plc, 'tcp', 'tcp.wrong-checksum', 'a checksum that the receiver drops');
  runs.push({ scene, findings: scene.findings() });

  it('say something in every part', () => {
    const kinds = new Set<string>();
    const wrong = new Set<string>();
    for (const run of runs) {
      const naming = namingOf(run.scene);
      for (const finding of run.findings) {
        kinds.add(finding.kind);
        const told = tell(KINDS.get(finding.kind)!, finding, naming);
        for (const fault of faultsOfWords(told)) wrong.add(`${finding.kind} ${fault}`);
        if (finding.evidence.length === 0 && finding.proof === undefined) wrong.add(`${finding.kind} has no evidence`);
      }
    }
    const once = [...new Map([...wrong].map((line) => [line.split(':')[0], line])).values()];
    expect(once, `seeds ${SEEDS}`).toEqual([]);
    expect(kinds.size).toBeGreaterThanOrEqual(LEAST_KINDS);
    expect(kinds).toContain('remote-command');
  });
});
