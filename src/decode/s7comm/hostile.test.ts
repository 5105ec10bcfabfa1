import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf, drive, octets } from '../../../test/controller-harness.ts';
import * as fixtures from './fixtures.ts';
import { s7comm } from './index.ts';
import { MAX_CACHED_JOBS } from './job.ts';

const ALL = Object.values(fixtures).map(octets);
const SEED = 20260103;

describe('s7comm on hostile octets', () => {
  it('refuses every cut of every fixture without a throw', () => {
    for (const bytes of ALL) {
      for (let end = 0; end < bytes.length; end++) {
        const outcome = s7comm.decode(bytes, 0, end, contextOf(), s7comm.open());
        expect(['malformed', 'foreign']).toContain(outcome.kind);
        expect(['no', 'more']).toContain(s7comm.probe(bytes, 0, end, contextOf()));
      }
    }
  });

  it('takes 20,000 mutated dialogues without a throw', () => {
    const before = process.cpuUsage();
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL),
        fc.constantFrom(...ALL),
        fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }),
        (first, second, changes) => {
          const a = first.slice();
          const b = second.slice();
          // Beyond the lengths in the header, so that most mutations reach parameters and data.
          for (const [at, octet] of changes) {
            a[10 + (at % (a.length - 10))] = octet;
            b[12 + (at % Math.max(1, b.length - 12))] = octet;
          }
          b[4] = a[4]!;
          b[5] = a[5]!;
          drive(
            [s7comm],
            [
              { frame: 1, toServer: true, bytes: a },
              { frame: 2, toServer: false, bytes: b },
              { frame: 3, toServer: false, bytes: a },
            ],
          );
        },
      ),
      { numRuns: 20_000, seed: SEED },
    );
    // Of the processor: the clock runs on while others have it.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(90_000);
  });

  it('does not grow with ever new requests', () => {
    const state = s7comm.open();
    const bytes = octets(fixtures.READ_JOB);
    for (let i = 0; i < 5000; i++) {
      bytes[bytes.length - 1] = i & 255;
      bytes[bytes.length - 2] = i >> 8;
      s7comm.decode(bytes, 0, bytes.length, contextOf(), state);
    }
    expect(state.jobs.size).toBe(MAX_CACHED_JOBS);
  });
});
