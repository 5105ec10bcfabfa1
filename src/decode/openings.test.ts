import { describe, expect, it } from 'vitest';
import {
  type Ends,
  MAX_ALL_OPENING_BYTES,
  MAX_OPENING_BYTES,
  MAX_OPENINGS,
  OpeningParts,
  Openings,
} from './openings.ts';

const ends = (n: number): Ends => ({
  client: '10.0.0.9',
  clientPort: 40_000 + n,
  server: '10.0.0.1',
  serverPort: 44_818,
});
const turned = ({ client, clientPort, server, serverPort }: Ends): Ends => ({
  client: server,
  clientPort: serverPort,
  server: client,
  serverPort: clientPort,
});
const octets = (n: number, fill = 7): Uint8Array => new Uint8Array(n).fill(fill);

describe('openings', () => {
  it('are found whoever is taken for the client, by the decoder that read them', () => {
    const openings = new Openings();
    const bytes = Uint8Array.from([9, 1, 2, 3, 9]);
    openings.keep('enip', ends(1), true, bytes, 1, 4);
    bytes.fill(0);
    expect(openings.of('enip', turned(ends(1)))).toMatchObject({
      ...ends(1),
      said: [{ toServer: true, bytes: Uint8Array.from([1, 2, 3]) }],
    });
    expect(openings.of('opcua', ends(1))).toBeUndefined();
    expect(openings.of('enip', ends(2))).toBeUndefined();
    expect(openings.between(turned(ends(2)))).toHaveLength(1);
    openings.end(turned(ends(1)));
    expect(openings.size).toBe(0);
    expect(openings.between(ends(1))).toEqual([]);
  });

  it('are the same after they were saved', () => {
    const openings = new Openings();
    openings.keep('enip', ends(1), true, octets(3, 1), 0, 3);
    openings.keep('enip', ends(1), false, octets(5, 2), 0, 5);
    openings.keep('mqtt', ends(2), true, octets(2, 3), 0, 2);
    const again = new Openings();
    // What stood there before may be longer: pieces of it stay behind.
    again.load(Uint8Array.from([...openings.save(), 1, 2, 3]));
    // The version counts from each start on.
    for (const [decoder, n] of [
      ['enip', 1],
      ['mqtt', 2],
    ] as const)
      expect(again.of(decoder, ends(n))).toEqual({ ...openings.of(decoder, ends(n))!, version: 0 });
    expect(again.save()).toEqual(openings.save());
  });

  it('are heard by the sources that did not read them', () => {
    const openings = new Openings();
    const [one, other] = [{}, {}];
    openings.keep('enip', ends(1), true, octets(3, 1), 0, 3, one);
    const { version } = openings;
    expect(openings.since(0, 'enip', one)).toEqual([]);
    expect(openings.since(0, 'enip', other).length).toBe(1);
    expect(openings.since(version, 'enip', other)).toEqual([]);
    openings.keep('enip', ends(1), false, octets(3, 1), 0, 3, one);
    expect(openings.since(version, 'enip', other).length).toBe(1);
  });

  it('stay bounded: of one, of many, of all', () => {
    const openings = new Openings();
    for (let i = 0; i < 10; i++)
      openings.keep('enip', ends(0), true, octets(MAX_OPENING_BYTES / 4, i), 0, MAX_OPENING_BYTES / 4);
    expect(openings.of('enip', ends(0))!.said.map(({ bytes }) => bytes[0])).toEqual([6, 7, 8, 9]);
    openings.keep('enip', ends(1), true, octets(MAX_OPENING_BYTES + 1), 0, MAX_OPENING_BYTES + 1);
    expect(openings.size).toBe(1);
    for (let n = 1; n <= MAX_OPENINGS; n++) openings.keep('enip', ends(n), true, octets(1), 0, 1);
    expect(openings.size).toBe(MAX_OPENINGS);
    expect(openings.dropped).toBe(1);
    expect(openings.of('enip', ends(0))).toBeUndefined();
    for (let n = 0; n < MAX_OPENINGS; n++)
      openings.keep('opcua', ends(n), true, octets(MAX_OPENING_BYTES), 0, MAX_OPENING_BYTES);
    expect(openings.size).toBe(MAX_ALL_OPENING_BYTES / MAX_OPENING_BYTES);
    expect(openings.save().length).toBeLessThan(MAX_ALL_OPENING_BYTES + 100_000);
  });

  it('hold pieces of a message by direction until it is complete, and none of one too long', () => {
    const parts = new OpeningParts();
    parts.add(true, octets(3, 1), 1, 3);
    parts.add(false, octets(2, 2), 0, 2);
    expect(parts.take(true)).toEqual([octets(2, 1)]);
    expect(parts.take(true)).toEqual([]);
    expect(parts.take(false)).toEqual([octets(2, 2)]);
    parts.add(true, octets(MAX_OPENING_BYTES), 0, MAX_OPENING_BYTES);
    parts.add(true, octets(1), 0, 1);
    expect(parts.take(true)).toBe('too-long');
    parts.add(true, octets(1), 0, 1);
    expect(parts.take(true)).toHaveLength(1);
  });
});
