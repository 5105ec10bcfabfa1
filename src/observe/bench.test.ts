/** What one polled register block costs (printed), and that a large plant fits in memory. */
import { describe, expect, it } from 'vitest';
import { World } from './testing.ts';

describe('cost', () => {
  it('folds polls without growing, in well under a microsecond a pair', () => {
    const w = new World();
    const clients = Array.from({ length: 20 }, (_, i) => w.host(`00:0c:29:00:00:${10 + i}`, `10.0.0.${i}`));
    const servers = Array.from({ length: 200 }, (_, i) =>
      w.host(`00:1b:1b:00:${10 + (i % 80)}:${10 + ((i / 80) | 0)}`, `10.1.0.${i}`),
    );
    const at = w.at(clients[0]!, servers[0]!, 'modbus');
    const values = new Uint16Array(10).fill(7);
    const round = (n: number): void => {
      for (let i = 0; i < n; i++) {
        const flow = i % 1000;
        at.flow = flow;
        at.client = clients[flow % 20]!;
        at.server = servers[flow % 200]!;
        at.frame++;
        at.tsUs += 10;
        values[3] = i >> 14;
        w.model.command(at, {
          verb: 'read',
          operation: 'Read Holding Registers',
          target: at.server,
          object: 'holding registers 0..9',
          outcome: 'accepted',
        });
        w.model.values(at, { target: at.server, area: 'holding', start: flow % 5, values, count: 10, access: 'read' });
      }
    };
    round(200_000);
    w.model.takeSamples();
    const rows = w.model.commands().length;
    const n = 1_000_000;
    const start = process.cpuUsage();
    round(n);
    const { user } = process.cpuUsage(start);
    console.log(`command + 10 registers: ${((user * 1000) / n).toFixed(0)} ns a pair`);
    expect(w.model.commands()).toHaveLength(rows);
    expect((user * 1000) / n).toBeLessThan(5000);
  });

  it('holds 10,000 devices and 200,000 points', () => {
    const before = process.memoryUsage();
    const w = new World();
    const pc = w.host('00:0c:29:00:00:01', '10.0.0.1');
    const two = (n: number) => (n & 255).toString(16).padStart(2, '0');
    for (let i = 0; i < 10_000; i++) {
      const plc = w.host(`00:1b:1b:00:${two(i >> 8)}:${two(i)}`, `10.1.${i >> 8}.${i & 255}`);
      const at = w.at(pc, plc, 'modbus', 1, i);
      w.does(pc, plc, 'modbus', {});
      w.is(plc, 'vendor', 'Siemens');
      w.is(plc, 'firmware', `V${i % 10}`);
      w.is(plc, 'serial', `S-${i}`);
      const values = Array.from({ length: 20 }, (_, k) => k + i);
      w.model.values(at, { target: plc, area: 'holding', start: 100, values, count: 20, access: 'read' });
      w.flow(pc, plc, 'modbus');
    }
    for (let more = true; more; ) {
      more = w.model.takeDirty().more;
      w.model.takeSamples();
    }
    const start = process.cpuUsage();
    expect(w.model.assets()).toHaveLength(10_001);
    const ms = process.cpuUsage(start).user / 1000;
    const twice = process.cpuUsage();
    w.model.assets();
    const again = process.cpuUsage(twice).user / 1000;
    const after = process.memoryUsage();
    const mib = (x: number) => Math.round(x / 1048576);
    console.log(
      `10,000 devices, ${w.model.pointCount} points: ${mib(after.rss - before.rss)} MiB more RSS, ` +
        `${mib(after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers)} MiB heap and arrays (not collected); ` +
        `assets in CPU time ${ms.toFixed(0)} ms, again ${again.toFixed(0)} ms`,
    );
    expect(w.model.pointCount).toBe(200_000);
    expect(mib(after.rss - before.rss)).toBeLessThan(400);
  });
});
