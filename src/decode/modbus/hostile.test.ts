import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drive, octets } from '../../../test/controller-harness.ts';
import { modbus } from './index.ts';
import { decodeAdu, probeAdu } from './wire.ts';

const FIXTURES: readonly (readonly [toServer: boolean, text: string])[] = [
  [true, '0001 0000 0006 11 03 006b 0003'],
  [false, '0001 0000 0009 11 03 06 022b 0000 0064'],
  [true, '0001 0000 0009 05 10 0028 0001 02 0578'],
  [true, '0001 0000 000d ff 17 0003 0002 000e 0001 02 00ff'],
  [true, '0001 0000 000a 11 14 07 06 0004 0001 0002'],
  [false, '0001 0000 0009 11 14 06 05 06 0dfe 0020'],
  [false, '0001 0000 000a 11 18 0006 0002 01b8 1284'],
  [false, '0001 0000 000c 11 0c 09 0000 0108 0121 2000 00'],
  [false, '0002 0000 0009 ff 11 06 01 ff 50 4c 43 31'],
  [false, '0001 0000 0017 ff 2b 0e 01 01 00 00 03 00 04 41434d45 01 02 5031 02 03 322e37'],
  [true, '0001 0000 0006 ff 08 0001 0000'],
  [true, '0001 0000 0006 00 5a 00 0201 00'],
];
const SEED = 20260101;

describe('modbus on hostile octets', () => {
  it('asks for more at every cut of every fixture, and never for more than the length field says', () => {
    for (const [toServer, text] of FIXTURES) {
      const bytes = octets(text);
      for (let end = 0; end < bytes.length; end++) {
        const outcome = decodeAdu(bytes, 0, end, toServer);
        if (outcome.kind !== 'incomplete') throw new Error(`${text} cut at ${end}: ${outcome.kind}`);
        expect(outcome.missing).toBeGreaterThan(0);
        expect(end + outcome.missing).toBeLessThanOrEqual(bytes.length);
        expect(probeAdu(bytes, 0, end)).not.toBe('no');
      }
    }
  });

  it('takes 20,000 mutated PDUs without a throw, each within its own octets', () => {
    const before = process.cpuUsage();
    fc.assert(
      fc.property(
        fc.constantFrom(...FIXTURES),
        fc.boolean(),
        fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 6 }),
        ([toServer, text], flip, changes) => {
          const bytes = octets(text);
          // The length field stays right in half of the cases, so that mutations reach the PDU.
          for (const [at, octet] of changes) bytes[(flip ? 6 : 0) + (at % (bytes.length - 6))] = octet;
          for (const direction of [toServer, !toServer]) {
            const outcome = decodeAdu(bytes, 0, bytes.length, direction);
            if (outcome.kind === 'message' || outcome.kind === 'malformed') {
              expect(outcome.consumed).toBeGreaterThan(0);
              expect(outcome.consumed).toBeLessThanOrEqual(bytes.length);
            }
            if (outcome.kind === 'message') expect(outcome.message.values.length).toBeLessThanOrEqual(2040);
          }
          probeAdu(bytes, 0, bytes.length);
          drive(
            [modbus],
            [
              { frame: 1, toServer, bytes },
              { frame: 2, toServer: !toServer, bytes },
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

  it('does not read beyond the end it was given', () => {
    const bytes = octets('0001 0000 0005 11 03 02 0001 ffff ffff');
    const outcome = decodeAdu(bytes, 0, 11, false);
    expect(outcome).toMatchObject({ kind: 'message', consumed: 11, message: { values: [1] } });
  });
});
