import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene } from '../testing.ts';

const scene = () => {
  const s = new Scene();
  return { s, evil: s.host('10.10.40.66', 'workstation', 4), plc: s.host('10.20.0.10', 'plc', 1) };
};

describe('disguise', () => {
  it('tells remote access at the port of a control protocol, not what belongs there or where no port is known', () => {
    const { s, evil, plc } = scene();
    s.pass(DAY + MINUTE);
    s.flow(evil, plc, 'modbus', { serverPort: 502 });
    s.flow(evil, plc, 'tls', { serverPort: 443 });
    s.flow(evil, plc, 'tls', { serverPort: 3389 });
    s.flow(evil, plc, 'ssh', { serverPort: 8022 });
    s.flow(evil, plc, '', { serverPort: 502 });
    expect(s.of('disguised-protocol')).toEqual([]);
    s.flow(evil, plc, 'ssh', { serverPort: 502 });
    s.flow(evil, plc, 'ssh', { serverPort: 502 });
    const [f, ...more] = s.of('disguised-protocol');
    expect(more).toEqual([]);
    expect(f).toMatchObject({ actor: evil, target: plc, protocol: 'ssh', surprise: 0.65 });
    expect(f!.parts.usual).toEqual({ kind: 'protocols', protocols: ['modbus'] });
  });

  it('knows what was there while it learned, what a person accepted, and goes on after a restart', () => {
    const { s, evil, plc } = scene();
    s.flow(s.host('10.20.0.41', 'hmi', 2), plc, 'http', { serverPort: 102 });
    s.pass(DAY + MINUTE);
    s.flow(s.host('10.10.40.67'), plc, 'http', { serverPort: 102 });
    expect(s.of('disguised-protocol')).toEqual([]);
    s.flow(evil, plc, 'ssh', { serverPort: 443 });
    expect(s.detection.accept(s.of('disguised-protocol')[0]!)).toBe(true);
    const later = new Scene();
    later.continueFrom(s);
    later.detection.load(s.detection.save());
    later.pass(2 * HOUR);
    later.flow(evil, plc, 'ssh', { serverPort: 443 });
    later.flow(evil, plc, 'http', { serverPort: 102 });
    expect(later.of('disguised-protocol')).toHaveLength(1);
    later.flow(evil, plc, 'rdp', { serverPort: 443 });
    expect(later.of('disguised-protocol')).toHaveLength(2);
  });
});
