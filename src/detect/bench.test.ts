/**
 * What an observation costs in the detect stage, on a stream like that of a plant: 200 controllers polled by 5 clients, one
 * write in fifty. Printed, with a limit wide enough for a loaded machine; the figure in the docs comes from `npm run bench`.
 */
import { expect, it } from 'vitest';
import { Scene, SECOND } from './testing.ts';

const OBSERVATIONS = 200_000;
/** Nanoseconds per transaction that would eat a tenth of the budget of the whole pipeline on a loaded machine. */
const LIMIT_NS = 3000;

it('costs little per transaction', () => {
  const s = new Scene();
  const clients = [1, 2, 3, 4, 5].map((n) => s.host(`10.20.9.${n}`, 'hmi', 2));
  const plcs = Array.from({ length: 200 }, (_, n) => s.host(`10.20.1.${n + 1}`, 'plc', 1));
  const run = (n: number, values: boolean): number => {
    const block = {
      target: 0,
      area: 'holding',
      start: 0,
      values: Float64Array.of(1, 2, 3, 4),
      count: 4,
      access: 'read' as const,
    };
    const read = {
      verb: 'read',
      operation: 'Read Holding Registers',
      target: 0,
      object: 'holding registers 0..3',
      outcome: 'accepted',
    } as const;
    const write = { ...read, verb: 'write', operation: 'Write Single Register', value: 7 } as const;
    const ats = plcs.map((plc, i) => s.at(clients[i % 5]!, plc, 'modbus'));
    const reads = plcs.map((target) => ({ ...read, target }));
    const writes = plcs.map((target) => ({ ...write, target }));
    const blocks = plcs.map((target) => ({ ...block, target }));
    const { detection } = s;
    const before = process.cpuUsage().user;
    for (let i = 0; i < n; i++) {
      const k = i % 200;
      const at = ats[k]!;
      if (i % 1000 === 0) s.pass(SECOND / 10);
      at.tsUs = s.now;
      if (i % 50 === 49) detection.command(at, writes[k]!);
      else {
        detection.command(at, reads[k]!);
        if (values) detection.values(at, blocks[k]!);
      }
    }
    return ((process.cpuUsage().user - before) * 1000) / n;
  };
  run(OBSERVATIONS, true);
  s.pass(25 * 3600 * SECOND);
  const learned = run(OBSERVATIONS, true);
  console.log(
    `detect: ${learned.toFixed(0)} ns of CPU per transaction with its values (${OBSERVATIONS} transactions, 200 controllers)`,
  );
  expect(learned).toBeLessThan(LIMIT_NS);
});
