import { describe, expect, it } from 'vitest';
import { MINUTE, Scene } from '../testing.ts';
import { order } from './index.ts';

describe('order', () => {
  it('tells three operations in an order that never was', () => {
    const s = new Scene({ detectors: [order] });
    const [hmi, plc] = [s.host('10.20.0.41', 'hmi'), s.host('10.20.0.10', 'plc')];
    const does = (operation: string): void => s.command(hmi, plc, 'modbus', { verb: 'write', operation });
    for (let i = 0; i < 400; i++) {
      s.read(hmi, plc);
      s.read(hmi, plc);
      does('Write Single Register');
      s.pass(5 * MINUTE);
    }
    expect(s.findings()).toEqual([]);
    does('Write Single Coil');
    expect(s.of('new-order')[0]!.parts.sequence).toEqual({
      kind: 'text',
      text: 'reads, Write Single Register, Write Single Coil',
    });
  });
});
