import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, up } from '../../../test/decoding.ts';
import { deltav } from './index.ts';

const onUdp = { carrier: 'udp', clientPort: 18507, serverPort: 18507 };
const CODES = { request: 3, response: 4, message: 2, sync: 6 };
/** The wrapper as PLC4X describes it: magic, length, type, ids, 3 octets of time, 3 of state, payload, check. */
const datagram = (code: number, id: number, sender: number, payload: string, check = 'beef') => {
  const word = (n: number): string => n.toString(16).padStart(4, '0');
  const state = code === CODES.request || code === CODES.response ? '004400' : '800400';
  return bytesOf(
    `face ${word(payload.length / 2)} ${word(code)} ${word(id)} ${word(sender)} 0a1b2c ${state} ${payload} ${check}`,
  );
};

const connect = [
  up(datagram(CODES.request, 1, 0x0d, '00000001')),
  down(datagram(CODES.response, 1, 0x02, '00000001')),
  up(datagram(CODES.message, 2, 0x0d, '0501aaaa')),
  down(datagram(CODES.message, 2, 0x0d, '')),
];

describe('deltav', () => {
  it('reads the wrapper, and who asked for the connection is the operator station', () => {
    const seen = drive(deltav, connect, onUdp);
    expect(seen.malformed).toEqual([]);
    expect(seen.messages.map((m) => [m.type, m.messageId, m.senderId, m.subtype, m.payload])).toEqual([
      ['DeltaV connection request', 1, 0x0d, Number.NaN, 4],
      ['DeltaV connection response', 1, 2, Number.NaN, 4],
      ['DeltaV message', 2, 0x0d, 0x0501, 4],
      ['DeltaV acknowledgement', 2, 0x0d, Number.NaN, 0],
    ]);
    expect(seen.messages[0]!.check).toBe('beef');
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted' }]);
    expect(seen.identities.map((i) => `${i.endpoint} ${i.attribute}=${i.value}`)).toEqual([
      '2 vendor=Emerson',
      '2 device-type=DeltaV controller',
      '1 vendor=Emerson',
      '1 device-type=DeltaV operator station',
    ]);
  });

  it('knows a controller by the changed values that it sends, once', () => {
    const changed = down(datagram(CODES.message, 9, 2, '04030000'));
    const seen = drive(deltav, [changed, changed], onUdp);
    expect(seen.identities.map((i) => `${i.endpoint} ${i.value}`)).toEqual(['2 Emerson', '2 DeltaV controller']);
    expect(deltav.codes!.subtype!(0x0403, () => Number.NaN)).toBe('changed values');
  });

  it('is told by its magic and its length, on any port, and by nothing less', () => {
    const context = contextOf({ carrier: 'udp', serverPort: 40000 });
    const whole = datagram(CODES.sync, 3, 2, '');
    expect(deltav.probe(whole, 0, whole.length, context)).toBe('sure');
    expect(deltav.probe(whole, 0, whole.length - CODES.sync, context)).toBe('no');
    const other = datagram(7, 3, 2, '0000');
    expect(deltav.probe(other, 0, other.length, context)).toBe('no');
    hostile(deltav, [connect], onUdp);
  });
});
