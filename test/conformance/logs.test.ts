/** Logs of which no capture is at hand: frames made by hand, and the rows that the peer's record definitions and published examples say of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../../src/capture/writer.ts';
import { octets } from '../drive.ts';
import { runConformance } from './harness.ts';
import { Tally } from './tally.ts';

const root = mkdtempSync(join(tmpdir(), 'gatehouse-logs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A capture of these frames with logs (columns, then rows) beside it; what the harness says. */
const compared = async (
  frames: readonly Uint8Array[],
  logs: Readonly<Record<string, readonly [string, ...string[]]>>,
): Promise<{ readonly differences: string[]; readonly equal: number; readonly expected: number }> => {
  const dir = mkdtempSync(join(root, 'made-'));
  const folder = join(dir, 'protocol', 'capture', 'expected', 'zeek');
  mkdirSync(folder, { recursive: true });
  const records = frames.map((bytes, i) =>
    pcapRecord({ tsUs: 1_700_000_000_000_000 + i * 1000, bytes, wire: bytes.length }, { linkType: 1 }),
  );
  writeFileSync(join(folder, '..', '..', 'capture.pcap'), Buffer.concat([pcapHeader({ linkType: 1 }), ...records]));
  for (const [name, [columns, ...rows]] of Object.entries(logs))
    writeFileSync(
      join(folder, `${name}.log`),
      `#separator \\x09\n#fields\t${columns.replaceAll(' ', '\t')}\n${rows.map((r) => `${r.replaceAll('|', '\t')}\n`).join('')}`,
    );
  const tally = new Tally(1e6);
  await runConformance(dir, tally, { failures: [], uncovered: new Map() });
  const totals = [...tally.pairs.values()].map((p) => p.total);
  return {
    differences: tally.differences.map((d) => `${d.log} ${d.row} ${d.column}: ${d.kind} "${d.ours}" "${d.theirs}"`),
    expected: totals.reduce((n, t) => n + t.expected, 0),
    equal: totals.reduce((n, t) => n + t.equal, 0),
  };
};

/** A TCP connection of 10.0.0.1 to `port` of 10.0.0.2: opened, then one segment for each part. */
const tcp = (port: number, parts: readonly (readonly [toServer: boolean, bytes: Uint8Array])[]): Uint8Array[] => {
  const next = { client: 1, server: 1 };
  const segment = (toServer: boolean, flags: number, bytes: Uint8Array): Uint8Array => {
    const [own, other] = toServer ? (['client', 'server'] as const) : (['server', 'client'] as const);
    const out = Buffer.alloc(54 + bytes.length);
    out.set(
      octets(
        `0200000000${toServer ? '02' : '01'} 0200000000${toServer ? '01' : '02'} 0800 4500 0000 0001 4000 40 06 0000`,
      ),
    );
    out.writeUInt16BE(40 + bytes.length, 16);
    out.set([10, 0, 0, toServer ? 1 : 2, 10, 0, 0, toServer ? 2 : 1], 26);
    out.writeUInt16BE(toServer ? 40000 : port, 34);
    out.writeUInt16BE(toServer ? port : 40000, 36);
    out.writeUInt32BE(next[own], 38);
    out.writeUInt32BE(flags === 2 ? 0 : next[other], 42);
    out.set([0x50, flags, 0x20, 0], 46);
    out.set(bytes, 54);
    next[own] += bytes.length + (flags & 2 ? 1 : 0);
    return out;
  };
  const none = new Uint8Array(0);
  return [
    segment(true, 2, none),
    segment(false, 0x12, none),
    segment(true, 0x10, none),
    ...parts.map(([toServer, bytes]) => segment(toServer, 0x18, bytes)),
  ];
};

it('compares the logs of EtherCAT', async () => {
  const eth = '0101050100000201054cb8af 88a4';
  const told = await compared(
    [
      // APRD of slave 3, register 0, ten octets: what the controller is (ETG.1000.4 table 31)
      octets(
        `${eth} 1610 01 00 0300 0000 0a00 0000 12010100 0304 014afc01 0100 000000000000000000000000000000000000000000`,
      ),
      // LRW of five octets at 0x01000000
      octets(`${eth} 1110 0c 00 00000001 0500 0000 0102030405 0300 ${'00'.repeat(27)}`),
      // FPWR to mailbox 0x1000 of slave 1001: CoE, SDO request, download 0x1c12:00 of one octet
      octets(`${eth} 1c10 05 00 e903 0010 1000 0000 0a00 0000 00 13 0020 2f 121c 00 01000016 0100 ${'00'.repeat(16)}`),
    ],
    {
      ecat_registers: [
        'ts srcmac dstmac Command Slave_Addr Register_Type Register_Addr data',
        '1|02:01:05:4c:b8:af|01:01:05:01:00:00|Auto Increment Physical Read|0x03|Type|0x00|120101000304014AFC01',
        '1|02:01:05:4c:b8:af|01:01:05:01:00:00|Configured Addr Physical Write|0x3e9|PDI_Dig_IO_Data|0x1000|0A00000000130020' +
          '2F121C0001000016',
      ],
      ecat_log_address: [
        'ts srcmac dstmac Log_Addr Length Command data',
        '1|02:01:05:4c:b8:af|01:01:05:01:00:00|00000001|5|Logical ReadWrite|0102030405',
      ],
      ecat_dev_info: [
        'ts slave_id revision dev_type build fmmucnt smcount ports dpram features',
        '1|0x03|0x12|0x01|0x01|0x03|0x04|0x4a|0x01|0x1fc',
      ],
      ecat_coe_info: ['ts number Type req_resp index subindex dataoffset', '1|0x00|0x02|0x2f|0x1c12|0x00|0x16000001'],
    },
  );
  expect(told.differences).toEqual([]);
  expect(told.expected).toBe(7 + 7 + 6 + 9 + 6);
  expect(told.equal).toBe(told.expected);
});

it('compares the log of GE SRTP', async () => {
  // Read %R100..101 (service 4, selector 8), answered by a controller in RUN whose key is in RUN, with a fault in its table; then Run/Stop, refused.
  const pdu = (text: string): Uint8Array => octets(text);
  const zeros = (n: number): string => '00'.repeat(n);
  const request = pdu(
    `02 00 05 00 0000 ${zeros(3)} 01 ${zeros(7)} 01 ${zeros(8)} 090807 00 05 c0 00000000 100e0000 01 01 04 08 6300 0200 ${zeros(8)}`,
  );
  const reply = pdu(
    `03 00 05 00 0000 ${zeros(20)} 0a0807 00 05 d4 100e0000 00000000 01 01 0000 341207000000 ff 02 1e00 1001`,
  );
  const refused = pdu(`03 00 06 00 0000 ${zeros(20)} 0b0807 00 06 d1 100e0000 00000000 01 01 05f0 ${zeros(12)}`);
  const told = await compared(
    tcp(18245, [
      [true, request],
      [false, reply],
      [false, refused],
    ]),
    {
      ge_srtp_general: [
        'srtp_type time_seconds time_minutes time_hours sequence_number_2 message_type packet_number total_packet_number service_request_code ' +
          'segment_selector memory_offset data_length status_code control_program_number current_privilege_level last_sweep_time ' +
          'plc_fault_entry_present front_panel_run_switch plc_state',
        'Request|9|8|7|5|Initial Request Mailbox message (0xC0)|1|1|Read system memory|Registers (%R) Word-selector|99|2|-|-|-|-|-|-|-',
        'Reply|10|8|7|-|Completion ACK Mailbox message (0xD4)|1|1|-|-|-|-|No Error Occurred|255|2|30|' +
          'One or more fault entries in PLC fault table|RUN|Run I/O enabled',
        'Reply|11|8|7|-|Error Nack Mailbox message (0xD1)|1|1|-|-|-|-|Service Request Error|-|-|-|-|-|-',
      ],
    },
  );
  expect(told.differences).toEqual([]);
  expect(told.expected).toBe(12 + 14 + 8);
  expect(told.equal).toBe(told.expected);
});
