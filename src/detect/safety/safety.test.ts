import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, Scene } from '../testing.ts';

describe('safety', () => {
  it('tells any command to a safety controller from the first frame', () => {
    const s = new Scene();
    const eng = s.host('10.0.0.50', 'engineering-station');
    const sis = s.host('10.0.0.9', 'safety-controller');
    s.read(eng, sis);
    expect(s.findings()).toEqual([]);
    s.command(eng, sis, 'modbus', { verb: 'program-download', operation: 'Download' });
    const [f] = s.of('safety-touched');
    expect(f).toMatchObject({ severity: 'safety', actor: eng, target: sis });
    expect(f!.surprise).toBeGreaterThan(0.9);
  });

  it('gets used to a cyclic write while learning, never to a download', () => {
    const s = new Scene();
    const hmi = s.host('10.0.0.41', 'hmi');
    const sis = s.host('10.0.0.9', 'safety-controller');
    for (let i = 0; i < 300; i++) {
      s.write(hmi, sis, 'coil 1', 1);
      s.pass(5 * MINUTE);
    }
    const before = s.of('safety-touched').length;
    s.pass(DAY);
    s.write(hmi, sis, 'coil 1', 1);
    expect(s.of('safety-touched').length).toBe(before);
    s.command(hmi, sis, 'modbus', { verb: 'mode-change', operation: 'Stop' });
    expect(s.of('safety-touched').length).toBe(before + 1);
  });
});
