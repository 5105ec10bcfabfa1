import { expect, it } from 'vitest';
import { CHILD, drive, SERVER, tcpFlows } from '../../../test/controller-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { modbus } from './index.ts';
import type { ModbusMessage } from './wire.ts';

const read = (name: string) => tcpFlows(sharedCapture(name), [502]).map((flow) => drive([modbus], flow.segments));

describeShared('modbus captures', () => {
  it('tells Modbus from five other things on port 502', () => {
    const flows = tcpFlows(sharedCapture('modbus/zeek.modbus-and-non-modbus-p502'), [502]);
    const probes = flows.map(({ segments }) =>
      segments.map(({ bytes }) => modbus.probe(bytes, 0, bytes.length, {} as never)),
    );
    expect(probes[0]).toEqual(new Array(12).fill('sure'));
    expect(new Set(probes.slice(1).flat())).toEqual(new Set(['no']));
    const [seen, ...others] = flows.map((flow) => drive([modbus], flow.segments));
    expect(seen!.messages).toHaveLength(12);
    expect(others.every((x) => x.messages.length === 0 && x.foreign > 0)).toBe(true);
    expect(seen!.blocks).toEqual([
      { target: CHILD + 10, area: 'coil', start: 0, values: [0], access: 'read' },
      { target: CHILD + 10, area: 'coil', start: 2, values: [0, 0], access: 'read' },
      { target: CHILD + 10, area: 'holding', start: 5, values: [9, 24], access: 'read' },
      { target: CHILD + 10, area: 'coil', start: 2, values: [0], access: 'write' },
      { target: CHILD + 10, area: 'coil', start: 1, values: [0], access: 'write' },
      { target: CHILD + 10, area: 'holding', start: 5, values: [11], access: 'write' },
    ]);
  });

  it('finds every PDU that the peers find', () => {
    // Counts per function as `tshark -T fields -e modbus.func_code` gives them.
    const functions = (name: string): Record<number, number> => {
      const count: Record<number, number> = {};
      for (const seen of read(name)) {
        for (const { message } of seen.messages) {
          const code = (message as ModbusMessage).functionCode;
          count[code] = (count[code] ?? 0) + 1;
        }
      }
      return count;
    };
    expect(functions('modbus/gopacket.modbus')).toEqual({ 3: 102 });
    expect(functions('modbus/iti.modbus_test')).toEqual({ 4: 2132, 6: 126 });
    expect(functions('modbus/iti.modicon_test')).toEqual({ 90: 180 });
    // Peers find 2774 reads: frame 3150 was captured after the client's ACK of it, they take it for a retransmission.
    expect(functions('modbus/zeek.modbusBig')).toEqual({ 1: 2775, 5: 2774 });
    expect(functions('modbus/zeek.modbusSmall')).toEqual({ 1: 16, 15: 16 });
    expect(functions('modbus/suricata-verify.modbus')).toEqual({ 1: 9, 3: 2, 5: 4, 6: 2, 8: 16, 17: 4, 43: 2 });
  });

  it('holds the values of the state extractor', () => {
    const [seen] = read('modbus/ipal.modbus');
    const block = seen!.blocks.find((b) => b.area === 'input' && b.start <= 48 && b.start + b.values.length > 85)!;
    expect(block.target).toBe(SERVER);
    const at = (address: number) => block.values[address - block.start];
    expect([48, 54, 55, 56, 64, 80, 82].map(at)).toEqual([12336, 12339, 13107, 14128, 22576, 4072, 6]);
  });

  it('survives a fuzzed capture, whose frame 4 stands before its predecessor in the stream', () => {
    const all = read('modbus/zeek.fuzz-1011');
    const messages = all.flatMap((seen) => seen.messages.map((m) => m.message as ModbusMessage));
    expect(messages.map((m) => [m.transactionId, m.unitId, m.functionCode, m.values.length, m.defect])).toEqual([
      [1119, 255, 4, 0, 'quantity'],
      [2606, 255, 4, 100, ''],
      [12993, 255, 4, 0, ''],
      [17667, 255, 4, 100, ''],
    ]);
    expect(all.flatMap((seen) => seen.blocks)).toEqual([]);
  });

  it('an Advantech session carries reads only', () => {
    const all = read('mixed-plant/malcolm.Advantech');
    const verbs = new Set(all.flatMap((seen) => seen.commands.map((c) => c.verb)));
    expect(verbs).toEqual(new Set(['read']));
  });
});
