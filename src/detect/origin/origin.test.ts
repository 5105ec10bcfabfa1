import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, Scene } from '../testing.ts';

const plant = () => {
  const s = new Scene();
  const jump = s.host('10.35.0.10', 'server', 3.5);
  const historian = s.host('10.30.0.20', 'historian', 3);
  const station = s.host('10.20.0.95', 'engineering-station', 2);
  const plcs = [10, 11, 12, 13].map((n) => s.host(`10.20.0.${n}`, 'plc', 1));
  const at = (from: number, minutes = 1): void => {
    s.flow(from, station, 'rdp', { serverPort: 3389, firstUs: s.now - minutes * MINUTE, final: false });
  };
  // Every day somebody looks by way of the jump host, and writes to one controller while he is there.
  at(jump);
  s.write(station, plcs[0]!, 'DB1', 5, 's7comm');
  for (const plc of plcs.slice(0, 3)) s.write(station, plc, 'DB2', 5, 's7comm');
  s.pass(25 * HOUR);
  return { s, jump, historian, station, plcs, at };
};

describe('origin', () => {
  it('tells what a station commands while somebody works there from where nobody did', () => {
    const { s, historian, station, plcs, at } = plant();
    s.write(station, plcs[0]!, 'DB1', 6, 's7comm');
    expect(s.of('remote-command')).toEqual([]);
    at(historian);
    s.pass(2 * MINUTE);
    s.write(station, plcs[0]!, 'DB1', 7, 's7comm');
    const [f] = s.of('remote-command');
    expect(f).toMatchObject({ actor: station, target: plcs[0], surprise: 0.9 });
    expect(f!.parts.remote).toEqual({ kind: 'endpoint', endpoint: historian });
    // He has logged off; what he left there acts.
    s.pass(5 * HOUR);
    s.write(station, plcs[1]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command')[1]).toMatchObject({ target: plcs[1], surprise: 0.75, certainty: 'possible' });
    s.pass(30 * HOUR);
    s.write(station, plcs[2]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command')[2]).toMatchObject({ target: plcs[2], surprise: 0.55 });
    s.pass(8 * 24 * HOUR);
    s.write(station, plcs[3]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command')).toHaveLength(3);
  });

  it('knows a desktop by its port where it is sealed, and the station that was reached past a router', () => {
    const { s, station, plcs } = plant();
    const router = '00:00:0c:00:00:07';
    for (const n of [31, 32, 33]) s.host(`10.30.0.${n}`, 'unknown', 3, router);
    const past = s.host('10.20.0.95', 'unknown', 3, router, 30);
    const historian = s.host('10.30.0.20', 'historian', 3);
    s.flow(historian, past, 'tls', { serverPort: 3389, firstUs: s.now - MINUTE, final: false });
    s.pass(MINUTE);
    s.write(station, plcs[3]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command')[0]).toMatchObject({ actor: station, target: plcs[3], surprise: 0.9 });
  });

  it('keeps the usual way for the record, is silent about what was usual there, and learns what a person accepts', () => {
    const { s, jump, historian, station, plcs, at } = plant();
    at(jump);
    s.write(station, plcs[0]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command')).toEqual([]);
    s.write(station, plcs[3]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command')[0]).toMatchObject({ surprise: 0.4 });
    at(historian);
    const [access] = s.of('remote-access');
    expect(s.detection.accept(access!)).toBe(true);
    s.write(station, plcs[2]!, 'DB1', 7, 's7comm');
    expect(s.of('remote-command').filter((f) => f.surprise >= 0.5)).toEqual([]);
  });

  it('hears no reads', () => {
    const { s, historian, station, plcs, at } = plant();
    at(historian);
    s.read(station, plcs[0]!);
    expect(s.of('remote-command')).toEqual([]);
  });
});
