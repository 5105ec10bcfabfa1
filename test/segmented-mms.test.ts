/** MMS messages longer than a TPDU: ISO 8073 class 0 cuts them, COTP joins them, MMS reads them (ITU-T X.224 section 13.7). */
import { expect, it } from 'vitest';
import { cotp } from '../src/decode/cotp/index.ts';
import { encodeData } from '../src/decode/cotp/wire.ts';
import { mms } from '../src/decode/mms/index.ts';
import { encodeRead, encodeUpper } from '../src/decode/mms/wire.ts';
import { drive } from './controller-harness.ts';

it('reads an MMS request that lies in many TPDUs, of many segments', () => {
  const names = Array.from({ length: 20 }, (_, i) => ({ domainId: 'IED1LD0', itemId: `MMXU1$MX$A$phs${i}` }));
  const whole = encodeUpper(encodeRead(7, names));
  const seen = (maxTpdu: number) => {
    const tpdus = encodeData(whole, maxTpdu);
    const run = drive(
      [cotp, mms],
      tpdus.map((bytes, i) => ({ frame: i + 1, toServer: true, bytes })),
    );
    return { tpdus: tpdus.length, messages: run.messages.filter((m) => m.decoder === 'mms').map((m) => m.message) };
  };
  const inOne = seen(4096);
  expect(inOne.tpdus).toBe(1);
  expect(inOne.messages.length).toBe(1);
  const inMany = seen(64);
  expect(inMany.tpdus).toBeGreaterThan(8);
  expect(inMany.messages).toEqual(inOne.messages);
});
