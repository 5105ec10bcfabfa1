import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { websocket } from './index.ts';
import { encodeFrame } from './wire.ts';

const inHttp = { carrier: 'tcp', serverPort: 8083 };
const key = bytesOf('37fa213d');
// RFC 6455 section 5.7: a masked text "Hello", an unmasked fragmented one, an unmasked ping.
const masked = bytesOf('81 85 37fa213d 7f9f4d5158');
const fragments = bytesOf('01 03 48656c 80 02 6c6f');
const ping = bytesOf('89 05 48656c6c6f');
const close = encodeFrame(8, join(Uint8Array.of(0x03, 0xe9), textBytes('bye')), key);
const conversation = [
  up(masked),
  down(fragments),
  down(ping),
  up(encodeFrame(2, new Uint8Array(300).fill(7), key)),
  up(close),
];

describe('websocket', () => {
  it('reads the examples of the specification', () => {
    const run = drive(websocket, conversation, inHttp);
    expect(run.malformed).toEqual([]);
    expect(run.messages.map((m) => [m.type, m.fin, m.masked, m.length])).toEqual([
      ['WebSocket text', true, true, 5],
      ['WebSocket text', false, false, 3],
      ['WebSocket continuation', true, false, 2],
      ['WebSocket ping', true, false, 5],
      ['WebSocket binary', true, true, 300],
      ['WebSocket close', true, true, 5],
    ]);
    expect(run.carried.map((c) => c.octets)).toEqual([5, 3, 2, 300]);
    expect(run.sessions).toEqual([{ phase: 'close', outcome: 'unconfirmed', detail: 'WebSocket (1001 bye)' }]);
  });
  it('unmasks', () => {
    const state = websocket.open();
    const d = websocket.decode(masked, 0, masked.length, contextOf({ ...inHttp }), state);
    expect(d.kind === 'carries' && new TextDecoder().decode(d.bytes.subarray(d.start, d.end))).toBe('Hello');
  });
  it('gives the same messages however TCP cuts it', () => sameInPieces(websocket, conversation, inHttp));
  it('passes compressed messages over, and gives up where nothing marks a frame', () => {
    const run = drive(websocket, [up(bytesOf('c1 02 0102')), up(bytesOf('83 00')), up(masked)], inHttp);
    expect(run.messages).toMatchObject([{ compressed: true }]);
    expect(run.carried).toEqual([]);
    expect(run.malformed.map((m) => m.code)).toEqual(['websocket.frame']);
    expect(run.skipped).toBe(masked.length);
  });
  it('is reached through HTTP alone', () => {
    expect(websocket.probe(masked, 0, 5, contextOf({ carrier: 'http' }))).toBe('maybe');
    expect(websocket.probe(masked, 0, 5, contextOf({ carrier: 'tcp' }))).toBe('no');
  });
  it('stands hostile octets', () => hostile(websocket, [conversation], inHttp));
});
