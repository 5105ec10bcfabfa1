/** What was learned from one side of a router holds on its other side, and for nobody else. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene, SECOND, throughRouter } from '../testing.ts';

describe('through a router', () => {
  it('a writer is known from either side, somebody else of its network is not', () => {
    const s = new Scene();
    const { historian, scada, stranger } = throughRouter(s);
    for (let i = 0; i < 49; i++) {
      s.write(historian.own, scada.seen, 'holding register 7', i);
      s.pass(HOUR / 2);
    }
    s.write(historian.seen, scada.own, 'holding register 7', 1);
    expect(s.findings()).toEqual([]);
    // What it never wrote is news from that side too.
    s.write(historian.seen, scada.own, 'holding register 99', 1);
    expect(s.of('new-written-point')).toMatchObject([{ actor: historian.seen, surprise: 0.6 }]);
    s.write(stranger, scada.own, 'holding register 7', 1);
    expect(s.of('new-writer')).toMatchObject([{ actor: stranger }]);
  });

  it('a poll that is seen from the other side has not stopped, and is not seen to hasten', () => {
    const s = new Scene();
    const { historian, scada } = throughRouter(s);
    const poll = (client: number, server: number, us: number): void => {
      for (let t = 0; t < us; t += 10 * SECOND) {
        s.read(client, server);
        s.pass(10 * SECOND, 5 * SECOND);
      }
    };
    poll(historian.own, scada.seen, 3 * HOUR);
    s.pass(22 * HOUR);
    poll(historian.own, scada.seen, 2 * HOUR);
    poll(historian.seen, scada.own, HOUR);
    expect([...s.of('poll-lost'), ...s.of('poll-changed')]).toEqual([]);
    s.pass(10 * MINUTE, 5 * SECOND);
    expect(s.of('poll-lost')).toHaveLength(1);
  });

  it('an order of operations and an hourly volume are those of the pair', () => {
    const s = new Scene();
    const { historian, scada } = throughRouter(s);
    const cycle = (client: number, server: number): void => {
      for (const operation of ['A', 'B', 'C']) s.command(client, server, 'modbus', { verb: 'write', operation });
    };
    for (let i = 0; i < 100; i++) {
      cycle(historian.own, scada.seen);
      s.flow(historian.own, scada.seen, 'modbus', { clientBytes: 25e6, serverBytes: 25e6 });
      s.pass(DAY / 90);
    }
    cycle(historian.seen, scada.own);
    s.command(historian.seen, scada.own, 'modbus', { verb: 'write', operation: 'A' });
    expect(s.of('new-order')).toEqual([]);
    s.command(historian.seen, scada.own, 'modbus', { verb: 'write', operation: 'C' });
    expect(s.of('new-order')).toHaveLength(1);
    s.flow(historian.seen, scada.own, 'modbus', { clientBytes: 60e6, serverBytes: 60e6 });
    expect(s.of('volume')).toEqual([]);
    s.flow(historian.seen, scada.own, 'modbus', { clientBytes: 500e6, serverBytes: 500e6 });
    expect(s.of('volume')).toHaveLength(1);
  });
});
