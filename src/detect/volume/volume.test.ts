import { describe, expect, it } from 'vitest';
import { HOUR, Scene } from '../testing.ts';
import { volume } from './index.ts';

describe('volume', () => {
  it('tells an hour far beyond the busiest, counting a long flow by what is new in each report', () => {
    const s = new Scene({ detectors: [volume] });
    const [hmi, plc] = [s.host('10.20.0.41', 'hmi'), s.host('10.20.0.10', 'plc')];
    let bytes = 0;
    const report = (hours: number, perHour: number): void => {
      for (let i = 0; i < hours; i++) {
        bytes += perHour;
        s.flow(hmi, plc, 'modbus', { flow: 900_001, clientBytes: bytes, serverBytes: 0, final: false });
        s.pass(HOUR);
      }
    };
    report(30, 8e6);
    report(2, 25e6);
    expect(s.findings()).toEqual([]);
    report(2, 150e6);
    expect(s.of('volume')[0]!.parts).toMatchObject({ now: { value: 150 }, usual: { value: 25 } });
  });
  it('tells an upload to the outside from the first one on', () => {
    const s = new Scene({ detectors: [volume] });
    const [pc, out] = [s.host('10.1.0.7', 'workstation', 4), s.host('203.0.113.9')];
    s.pass(25 * HOUR);
    s.flow(pc, out, 'tls', { clientBytes: 1e6, serverBytes: 900e6 });
    expect(s.findings()).toEqual([]);
    s.flow(pc, out, 'tls', { clientBytes: 80e6 });
    expect(s.codes()).toEqual(['upload-outside']);
    const [f] = s.of('upload-outside');
    expect(s.detection.accept({ ...f!, actor: s.host('10.1.0.8') })).toBe(false);
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(2 * HOUR);
    s.flow(pc, out, 'tls', { clientBytes: 81e6 });
    expect(s.of('upload-outside')).toHaveLength(1);
  });
});
