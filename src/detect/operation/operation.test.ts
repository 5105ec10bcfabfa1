import { describe, expect, it } from 'vitest';
import { MINUTE, Scene } from '../testing.ts';

describe('operation', () => {
  it('tells a service that the pair never used, with those it uses', () => {
    const s = new Scene();
    const hmi = s.host('10.20.0.41', 'hmi');
    const plc = s.host('10.20.0.10', 'plc');
    for (let i = 0; i < 200; i++) {
      s.read(hmi, plc);
      s.command(hmi, plc, 'modbus', { verb: 'write', operation: 'Write Single Register', object: 'register 1' });
      s.pass(10 * MINUTE);
    }
    expect(s.of('new-operation')).toEqual([]);
    s.command(hmi, plc, 'modbus', { verb: 'invoke', operation: 'UMAS 0x20', object: 'x' });
    const [f] = s.of('new-operation');
    expect(f!.surprise).toBeGreaterThanOrEqual(0.5);
    expect(f!.parts.usual).toEqual({ kind: 'texts', texts: ['Read', 'Write Single Register'] });
    expect(s.detection.accept(f!)).toBe(true);
    s.command(hmi, plc, 'modbus', { verb: 'invoke', operation: 'UMAS 0x20' });
    s.command(hmi, plc, 'modbus', { verb: 'read', operation: 'Read FIFO Queue' });
    expect(s.of('new-operation').map((x) => x.surprise)).toEqual([0.6, 0.4]);
  });

  it('leaves the first write of a pair that only read to the detector of writers, and tells the next service', () => {
    const s = new Scene();
    const [station, plc] = [s.host('10.20.0.41', 'engineering-station'), s.host('10.20.0.10', 'plc')];
    for (let i = 0; i < 200; i++) {
      s.read(station, plc);
      s.pass(10 * MINUTE);
    }
    s.command(station, plc, 'modbus', { verb: 'write', operation: 'Write Single Register' });
    expect(s.codes()).toEqual(['new-writer']);
    s.command(station, plc, 'modbus', { verb: 'write', operation: 'Mask Write Register' });
    expect(s.of('new-operation').map((x) => x.surprise)).toEqual([0.6]);
  });
});
