import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene } from '../testing.ts';

describe('engineering', () => {
  it('tells a download from the first frame, while learning too, with who does it', () => {
    const s = new Scene();
    const eng = s.host('10.0.0.50', 'engineering-station');
    const plc = s.host('10.0.0.10', 'plc');
    s.command(eng, plc, 's7comm', { verb: 'program-download', operation: 'Request download', object: 'OB1' });
    const [f] = s.of('program-download');
    expect(f).toMatchObject({ actor: eng, target: plc, severity: 'uptime', certainty: 'certain', surprise: 0.9 });
    expect(f!.techniques).toContain('T0843');
    expect(f!.parts.before).toEqual({ kind: 'text', text: 'never' });
  });

  it('is less surprised by who did it before, and never silent', () => {
    const s = new Scene();
    const eng = s.host('10.0.0.50');
    const plc = s.host('10.0.0.10', 'plc');
    for (let day = 0; day < 3; day++) {
      s.command(eng, plc, 's7comm', { verb: 'mode-change', operation: 'PLC Stop' });
      s.pass(DAY);
    }
    const found = s.of('mode-change');
    expect(found.map((f) => f.surprise.toFixed(1))).toEqual(['0.9', '0.7', '0.7']);
    expect(found[2]!.parts.before).toEqual({ kind: 'text', text: '2 times' });
    expect(s.detection.accept(found[2]!)).toBe(true);
    s.command(eng, plc, 's7comm', { verb: 'mode-change', operation: 'PLC Stop' });
    expect(s.of('mode-change')[3]!.surprise).toBeLessThan(0.5);
  });

  it('learns the nightly backup, and tells another reader of the program', () => {
    const s = new Scene();
    const backup = s.host('10.0.0.60');
    const other = s.host('10.0.0.61');
    const plc = s.host('10.0.0.10', 'plc');
    const upload = { verb: 'program-upload', operation: 'Start upload', object: 'OB1' } as const;
    s.command(backup, plc, 's7comm', upload);
    s.pass(25 * HOUR);
    s.command(backup, plc, 's7comm', upload);
    expect(s.findings()).toEqual([]);
    s.command(other, plc, 's7comm', upload);
    expect(s.of('program-upload')[0]!.parts.usual).toEqual({ kind: 'endpoints', endpoints: [backup] });
  });

  it('takes a session without a credential for no lifted protection', () => {
    const s = new Scene();
    const [tool, plc] = [s.host('10.0.0.60'), s.host('10.0.0.10', 'plc')];
    s.pass(25 * HOUR);
    s.command(tool, plc, 'opcua', { verb: 'authenticate', operation: 'ActivateSession', object: 'Anonymous' });
    expect(s.of('protection-lifted')).toEqual([]);
    s.command(tool, plc, 'opcua', { verb: 'authenticate', operation: 'ActivateSession', object: 'engineer' });
    expect(s.of('protection-lifted')).toHaveLength(1);
  });

  it('says of what was refused that it was, and of what was done before that it was done', () => {
    const s = new Scene();
    const [eng, plc] = [s.host('10.0.0.50'), s.host('10.0.0.10', 'plc')];
    s.command(eng, plc, 's7comm', { verb: 'restart', operation: 'PLC Start (cold)' });
    s.pass(MINUTE);
    s.command(eng, plc, 's7comm', { verb: 'restart', operation: 'PLC Start (cold)', outcome: 'refused' });
    expect(s.of('restart').map(({ parts }) => parts.refused)).toEqual([
      undefined,
      { kind: 'text', text: ', which refuses it' },
    ]);
  });

  it('does not take web or file commands for engineering', () => {
    const s = new Scene();
    s.command(s.host('10.0.0.60'), s.host('10.0.0.10', 'plc'), 'smb', { verb: 'delete', object: 'x' });
    expect(s.findings()).toEqual([]);
  });
});
