import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene } from '../testing.ts';

const domain = () => {
  const s = new Scene();
  const pc = s.host('10.10.40.20', 'workstation', 4);
  const dc = s.host('10.10.40.10', 'unknown', 4);
  const ask = (service: string, value = 'rc4-hmac'): void =>
    s.command(pc, dc, 'kerberos', { verb: 'authenticate', operation: 'Kerberos TGS-REQ', object: service, value });
  return { s, pc, dc, ask };
};

describe('tickets', () => {
  it('tells who collects weak tickets of many services, however slowly within a day', () => {
    const { s, pc, dc, ask } = domain();
    for (const service of ['MSSQLSvc/srv', 'HTTP/srv', 'svc_hist/srv']) {
      ask(service);
      ask(service);
      s.pass(2 * HOUR);
    }
    expect(s.codes()).toEqual([]);
    ask('svc_backup/srv');
    expect(s.of('weak-tickets')).toMatchObject([{ actor: pc, target: dc, surprise: 0.6 }]);
    expect(s.of('weak-tickets')[0]!.parts.services).toMatchObject({ texts: expect.arrayContaining(['HTTP/srv']) });
    ask('exchangeMDB/srv');
    expect(s.of('weak-tickets')).toMatchObject([{ count: 2 }]);
  });

  it('says nothing of tickets that may be strong, of few, and of those spread over days', () => {
    const { s, ask } = domain();
    for (let i = 0; i < 20; i++) ask(`a${i}`, 'aes256-cts-hmac-sha1-96, rc4-hmac');
    for (let i = 0; i < 20; i++) ask(`b${i}`, '');
    for (let i = 0; i < 6; i++) {
      ask(`c${i}`);
      s.pass(DAY / 2);
    }
    expect(s.codes()).toEqual([]);
  });

  it('knows an old system by what it did while it was learned, and what a person accepted', () => {
    const { s, ask } = domain();
    for (let i = 0; i < 3; i++) ask(`old${i}`);
    s.pass(DAY + MINUTE);
    for (let i = 0; i < 5; i++) ask(`new${i}`);
    expect(s.of('weak-tickets')).toEqual([]);
    ask('new5');
    const [told] = s.of('weak-tickets');
    expect(s.detection.accept(told!)).toBe(true);
    s.pass(2 * DAY);
    for (let i = 0; i < 11; i++) ask(`later${i}`);
    expect(s.of('weak-tickets')).toHaveLength(1);
  });
});
