import { expect, it } from 'vitest';
import { drive, tcpFlows } from '../../../test/controller-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { iec104 } from './index.ts';

const read = (name: string) => tcpFlows(sharedCapture(name), [2404]).map((flow) => drive([iec104], flow.segments));
const count = (all: readonly string[]) => {
  const out: Record<string, number> = {};
  for (const x of all) out[x] = (out[x] ?? 0) + 1;
  return out;
};

describeShared('iec104 captures', () => {
  it('says every command with its outcome', () => {
    const seen = read('iec104/ipal.iec104');
    expect(count(seen.flatMap((s) => s.commands.map((c) => `${c.verb} ${c.operation} ${c.outcome}`)))).toEqual({
      'read Interrogation command accepted': 2,
      'control Single command accepted': 2,
      'control Double command accepted': 2,
      'control Regulating step command accepted': 2,
      'control Bitstring of 32 bit accepted': 2,
      'control Set-point command, normalized value accepted': 2,
      'control Set-point command, scaled value accepted': 2,
      'control Set-point command, short floating point accepted': 2,
    });
    expect(seen.flatMap((s) => s.weirds)).toEqual([]);
    // As the IPAL messages have them.
    const written = seen.flatMap((s) => s.items.filter((v) => v.access === 'write').map((v) => [v.path, v.value]));
    expect(written).toContainEqual(['IOA 1', 1024 / 32768]);
    expect(written).toContainEqual(['IOA 3', 123]);
    expect(written).toContainEqual(['IOA 1', Math.fround(3.14)]);
  });

  it('tells select from execute', () => {
    const seen = read('iec104/iti.090813_diverse');
    const operations = count(seen.flatMap((s) => s.commands.map((c) => c.operation)));
    expect(operations['Single command - select']).toBe(1);
    expect(operations['Single command']).toBe(1);
    expect(operations['Double command with time tag CP56Time2a - select']).toBe(2);
  });

  it('notices removed packets by the sequence numbers, and nothing in the recording without changes', () => {
    const gaps = (name: string) =>
      read(`iec104-attack-labelled/${name}`).flatMap((s) => s.weirds.filter((w) => w.code === 'iec104.sequence-gap'));
    expect(gaps('ipal.train')).toEqual([]);
    expect(gaps('ipal.orig')).toEqual([]);
    expect(gaps('ipal.R-0.01-0').length).toBeGreaterThan(0);
    expect(gaps('ipal.R-0.1-0').length).toBeGreaterThan(40);
  });
});
