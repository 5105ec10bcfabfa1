import { describe, expect, it } from 'vitest';
import { HOUR, Scene } from '../testing.ts';
import { WRONG_CHECKSUM } from './index.ts';

describe('violation', () => {
  it('tells a burst of broken messages from a sender that never sent any', () => {
    const s = new Scene();
    const [old, evil, plc] = [s.host('10.0.0.1'), s.host('10.0.0.2'), s.host('10.0.0.10', 'plc')];
    for (let i = 0; i < 30; i++) {
      for (let k = 0; k < 4; k++) s.weird(plc, old, 'modbus', 'modbus.length-mismatch', 'x');
      s.pass(HOUR);
    }
    for (let k = 0; k < 8; k++) s.weird(plc, old, 'modbus', 'modbus.length-mismatch', 'x');
    expect(s.findings()).toEqual([]);
    for (let k = 0; k < 8; k++) s.weird(plc, evil, 'modbus', 'modbus.length-mismatch', 'x');
    expect(s.of('protocol-violation')[0]).toMatchObject({ actor: evil, target: plc });
  });
  it('tells a second publisher at once, as a matter of safety', () => {
    const s = new Scene();
    s.weird(s.host('10.0.0.1'), s.host('10.0.0.2'), 'goose', 'goose.second-publisher', 'gocb1');
    expect(s.of('second-publisher')[0]!.severity).toBe('safety');
  });
  it('counts repeated and missing messages, and claims no attack for a gap', () => {
    const s = new Scene();
    const [a, b] = [s.host('10.0.0.1'), s.host('10.0.0.2')];
    for (let i = 0; i < 3; i++) s.weird(a, b, 'iec104', 'iec104.sequence-gap', '1 missing');
    s.weird(a, b, 'iec104', 'iec104.sequence-repeated', 'number 7 again');
    const found = s.of('sequence-broken');
    expect(found.map((f) => [f.count, f.surprise < 0.5])).toEqual([
      [3, true],
      [1, false],
    ]);
  });
  it('asks nobody about a single copy of a frame, and about many of them at the fifth', () => {
    const s = new Scene();
    const [a, b] = [s.host('10.0.0.1'), s.host('10.0.0.2')];
    const copy = (): void => s.weird(a, b, 'tcp', 'tcp.frame-repeated', 'the same frame with 12 octets again');
    for (let i = 0; i < 4; i++) copy();
    expect(s.of('sequence-broken').map((f) => [f.count, f.surprise])).toEqual([[4, 0.45]]);
    copy();
    expect(s.of('sequence-broken')[0]).toMatchObject({ count: 5, surprise: 0.6 });
  });
  it('tells a segment that its receiver drops the first time it is seen', () => {
    const s = new Scene();
    const [client, plc] = [s.host('10.0.0.1'), s.host('10.0.0.10', 'plc')];
    s.weird(client, plc, 'tcp', 'tcp.wrong-checksum', 'a checksum that the receiver drops');
    expect(s.of('wrong-checksum')[0]!).toMatchObject({ parts: { number: { kind: 'text', text: 'once' } } });
    expect(s.of('wrong-checksum')[0]!.surprise).toBeGreaterThanOrEqual(0.5);
    expect(WRONG_CHECKSUM.what).toContain(', {number} within');
  });
  it('tells one odd header to a device of the plant, by whom it was sent, until a person accepts it', () => {
    const s = new Scene();
    const [evil, plc, web] = [s.host('10.0.0.2'), s.host('10.0.0.10', 'plc'), s.host('10.1.0.9', 'server')];
    // Noticed with the answer, as requests are.
    const odd = (server: number) => s.weird(evil, server, 'http', 'http.header-length', 'a field of 9000 octets');
    odd(plc);
    expect(s.findings()).toEqual([]);
    s.pass(30 * HOUR);
    odd(web);
    expect(s.findings()).toEqual([]);
    const other = s.host('10.0.0.11', 'plc');
    odd(other);
    expect(s.of('protocol-violation')).toMatchObject([{ actor: evil, target: other, certainty: 'certain' }]);
    expect(s.detection.accept(s.of('protocol-violation')[0]!)).toBe(true);
    s.pass(2 * HOUR);
    odd(other);
    expect(s.of('protocol-violation')).toHaveLength(1);
  });
});
