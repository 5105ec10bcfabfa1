/** ICSNPP's omron_fins_general.log and its five companions, one or more rows per frame. */
import type { FinsDetail, FinsMessage } from '../../../../src/decode/fins/index.ts';
import { type Cell, type Column, rowMap, type Seen } from '../../types.ts';

type Cells = Record<string, Cell>;
interface Row {
  readonly seen: Seen<FinsMessage>;
  readonly cells: Cells;
}

const hex = (value: number, digits = 2): string => `0x${value.toString(16).padStart(digits, '0')}`;
const hexOf = (octets: Uint8Array, most = octets.length): string =>
  `0x${Buffer.from(octets.subarray(0, most)).toString('hex')}`;
const textOf = (octets: Uint8Array): string =>
  Array.from(octets, (c) =>
    c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : `\\x${c.toString(16).padStart(2, '0')}`,
  ).join('');

/** ICSNPP numbers the program commands 0x0301 to 0x0305; on the wire they are 0x0304 to 0x0308 (W202, W342). */
const commandOf = (code: number): string => hex(code >= 0x0304 && code <= 0x0308 ? code - 3 : code, 4);
/** Its texts end with the number in brackets; the numbers are compared, not the wording. */
const numbered = (ours: string, theirs: string): boolean => {
  const open = theirs.lastIndexOf('(');
  return open >= 0 && theirs.slice(open + 1, -1).toLowerCase() === ours.toLowerCase();
};
const responseSame = (ours: string, theirs: string): boolean =>
  numbered(ours, theirs) || (ours === '0x0203' && theirs.startsWith('Third node not part of Network'));
/** Areas it has no name for are Unknown; which of two it is in a transfer stands behind the number. */
const areaSame = (ours: string, theirs: string): boolean => {
  if (theirs === 'Unknown') return !AREAS.has(Number.parseInt(ours, 16));
  // It prints 0xc0 with its digits turned around.
  const code = ours.split(' ')[0]!.replace('0xc0', '0x0c');
  return (
    numbered(code, theirs.replace(/ \((Source|Destination)\)$/, '')) &&
    (!ours.includes(' ') || theirs.endsWith(`(${ours.split(' ')[1]})`))
  );
};
const AREAS = new Set([
  0x00, 0x40, 0x80, 0xc0, 0x01, 0x41, 0x81, 0x82, 0x03, 0x43, 0x04, 0x44, 0x84, 0x05, 0x85, 0x1b, 0x9c, 0xdd, 0x90,
  0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98,
]);
/** Numbers it has no name for are Unknown, whatever they are. */
const numberedOrUnknown = (ours: string, theirs: string): boolean =>
  theirs.startsWith('Unknown') || theirs.startsWith('Not Set') ? ours === '-1' : numbered(ours, theirs);

const responseCode = (m: FinsMessage): Cell => (m.endCode < 0 ? undefined : hex(m.endCode, 4));
const base = (m: FinsMessage): Cells => ({
  command_code: commandOf(m.command),
  icf_data_type: m.response ? '1' : '0',
  response_code: responseCode(m),
});

const FATAL: readonly (readonly [number, string])[] = [
  [0, 'Watch dog timer error'],
  [6, 'FALS error'],
  [7, 'Fatal SFC error'],
  [8, 'Cycle time over'],
  [9, 'Program error'],
  [10, 'I/O setting error'],
  [11, 'I/O point overflow'],
  [12, 'CPU bus error'],
  [13, 'Duplication error'],
  [14, 'I/O bus error'],
  [15, 'Memory error'],
];
const NON_FATAL: readonly (readonly [number, string])[] = [
  [0, 'Momentary poser interruption'],
  [2, 'CPU Bus Unit setting error'],
  [3, 'Battery error'],
  [4, 'SYSMAC BUS error'],
  [5, 'SYSMAC BUS/2 error'],
  [6, 'CPU Bus Unit error'],
  [8, 'I/O verification error'],
  [10, 'Non-fatal SFC error'],
  [12, 'Indirect DM error'],
  [13, 'Indirect DM error'],
  [14, 'JMP error'],
  [15, 'FAL error'],
];
const flags = (word: number, names: readonly (readonly [number, string])[]): string =>
  names.map(([bit, name]) => `${name}: ${(word >> bit) & 1}`).join(',');

const number = (m: FinsMessage): number => (m.detail?.kind === 'number' ? m.detail.value : -1);
const point = (p: { area: number; word: number; bit: number }): string =>
  `0x${hex(p.word, 4).slice(2)}${hex(p.bit).slice(2)}`;

/** Rows of the detail log; empty where the log has none for this frame. */
const detailRows = (m: FinsMessage): Cells[] => {
  const b = base(m);
  const d = m.detail;
  const one = (cells: Cells): Cells[] => [{ ...b, ...cells }];
  switch (m.command) {
    case 0x0101:
    case 0x0102:
    case 0x0103:
      if (d?.kind === 'range' || d?.kind === 'range-data') {
        const data = d.kind === 'range' ? undefined : m.command === 0x0102 ? textOf(d.octets) : hexOf(d.octets);
        return one({
          memory_area_code: hex(d.point.area),
          beginning_address: point(d.point),
          number_of_items: d.count,
          data,
        });
      }
      if (m.command !== 0x0101) return [];
      return one({ data: d?.kind === 'octets' ? textOf(d.octets) : undefined });
    case 0x0104:
      if (d?.kind === 'points')
        return d.points.map((p) => ({ ...b, memory_area_code: hex(p.area), beginning_address: point(p) }));
      if (d?.kind === 'point-data')
        return d.items.map((x) => ({ ...b, memory_area_code: hex(x.area), data: hexOf(x.octets) }));
      return [];
    case 0x0105:
      if (d?.kind !== 'transfer') return [];
      return [
        {
          ...b,
          memory_area_code: `${hex(d.from.area)} Source`,
          beginning_address: point(d.from),
          number_of_items: d.count,
        },
        { ...b, memory_area_code: `${hex(d.to.area)} Destination`, beginning_address: point(d.to) },
      ];
    case 0x0220:
    case 0x0221:
      return linkRows(m, b, d);
    case 0x0901:
      return [];
    case 0x0502:
      if (d?.kind === 'units') return one({ no_of_units: d.count, unit_address: hex(d.first) });
      if (d?.kind !== 'connections') return [];
      return d.units.map((u) => ({ ...b, no_of_units: d.count, unit_address: hex(u.address), model_number: u.model }));
    case 0x2301:
      if (d?.kind !== 'force') return [];
      return d.items.map((x) => ({
        ...b,
        memory_area_code: hex(x.point.area),
        no_of_bits: d.count,
        set_reset_specification: hex(x.specification, 4),
        bit_flag: x.point.word * 256 + x.point.bit,
      }));
    default: {
      const cells = detailCells(m, d);
      return cells === undefined ? [] : one(cells);
    }
  }
};

const linkRows = (m: FinsMessage, b: Cells, d: FinsDetail | undefined): Cells[] => {
  if (m.command === 0x0221 && m.response) return [b];
  if (d?.kind !== 'link-table') return [];
  if (m.command === 0x0220 && !m.response)
    return [
      { ...b, intelligent_id_no: hex(d.intelligentId, 4), first_word: hex(d.firstWord), read_length: hex(d.length) },
    ];
  return d.nodes.map((n) => ({
    ...b,
    ...(m.response
      ? { block_record_data_link_status: n.warning ? '1' : '0', block_record_num_of_link_nodes: n.node }
      : {
          intelligent_id_no: hex(d.intelligentId, 4),
          first_word: hex(d.firstWord),
          data_length: hex(d.length),
          block_record_node_num: n.node,
        }),
    num_of_link_nodes: d.nodeCount,
    block_record_cio_area_first_word: hex(n.cioFirstWord),
    block_record_kind_of_dm: hex(n.kindOfDm),
    block_record_dm_area_first_word: hex(n.dmFirstWord),
    block_record_num_of_total_words: n.totalWords,
  }));
};

/** Octets of test data that the log shows. */
const TEST_DATA = 15;
const detailCells = (m: FinsMessage, d: FinsDetail | undefined): Cells | undefined => {
  switch (d?.kind) {
    case 'parameter':
      return {
        parameter_area_code: hex(d.area, 4),
        beginning_word: hex(d.firstWord),
        number_of_words: d.words,
        last_word_bit: m.command === 0x0203 ? undefined : d.last ? 1 : 0,
        data: d.octets.length === 0 ? undefined : m.command === 0x0203 ? hexOf(d.octets) : textOf(d.octets),
      };
    case 'protect':
      return {
        program_no: d.program,
        protect_code: d.protectCode,
        beginning_word: hex(d.firstWord),
        last_word: hex(d.lastWord),
        password: d.password,
      };
    case 'program':
      return {
        program_no: d.program,
        beginning_word: hex(d.firstWord),
        last_word_bit: d.last ? 1 : 0,
        number_of_bytes: d.octetCount,
        data: d.octets.length === 0 ? undefined : textOf(d.octets),
      };
    case 'program-clear':
      return { program_no: d.program, clear_code: hex(d.clearCode) };
    case 'run':
      return { program_no: d.program, run_mode: d.mode };
    case 'controller':
      return controllerCells(d);
    case 'status':
      return {
        controller_status_data_read_status: hex(d.status),
        controller_status_data_read_mode: hex(d.mode),
        fatal_error: flags(d.fatal, FATAL),
        non_fatal_error: flags(d.nonFatal, NON_FATAL),
        message_yes_no: [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `Message no. ${i}: ${(d.messages >> i) & 1}`).join(','),
        fal_fals_no: d.fal,
        error_message: d.errorMessage,
      };
    case 'cycle-time':
      return {
        average_cycle_time: (d.average / 10).toFixed(1),
        max_cycle_time: (d.maximum / 10).toFixed(1),
        min_cycle_time: (d.minimum / 10).toFixed(1),
      };
    case 'clock':
      return {
        year: d.year,
        month: d.month,
        date: d.day,
        hour: d.hour,
        minute: d.minute,
        second: Math.max(0, d.second),
        day: d.weekday,
      };
    case 'message':
      return messageCells(m, d.parameter, d.texts);
    case 'holder':
      return { acquire_network_address: d.network, acquire_node_number: d.node, acquire_unit_address: d.unit };
    case 'range':
      return { memory_area_code: hex(d.point.area), beginning_address: point(d.point), no_of_units: d.count };
    case 'forced-data':
      return {
        memory_area_code: hex(d.point.area),
        beginning_address: point(d.point),
        no_of_units: d.count,
        data: hexOf(d.octets, TEST_DATA),
      };
    case 'text':
      return { data: d.text };
    case 'octets':
      return m.command === 0x0801 || m.command === 0x0803 ? { test_data: hexOf(d.octets, TEST_DATA) } : undefined;
    default:
      return numberCells(m);
  }
};

const numberCells = (m: FinsMessage): Cells | undefined => {
  switch (m.command) {
    case 0x0501:
      return m.response ? undefined : { controller_data_to_read: number(m) < 0 ? '-1' : hex(number(m)) };
    case 0x0620:
      return m.response ? undefined : { cycle_time_read_parameter: hex(number(m)) };
    case 0x0802:
      return m.response ? { number_of_receptions: number(m) } : undefined;
    case 0x0920:
      return m.response ? { command: '1' } : undefined;
    case 0x0c01:
      if (m.response) return { acquire_network_address: 0, acquire_node_number: 0, acquire_unit_address: 0 };
      return { program_no: number(m) };
    case 0x0c02:
    case 0x0c03:
      return m.response ? undefined : { program_no: number(m) };
    default:
      return undefined;
  }
};

const messageCells = (m: FinsMessage, parameter: number, texts: readonly string[]): Cells | undefined => {
  if (m.response && texts.length > 0) return undefined;
  const fal = parameter >> 14 === 2;
  const cells: Cells = { command: String(parameter >> 14) };
  for (let i = 0; i < (fal ? 14 : 8); i++)
    cells[`${fal ? 'fal_fals_no' : 'message_no'}_${i}`] = ((parameter >> i) & 1) === 1;
  return cells;
};

const controllerCells = (d: Extract<FinsDetail, { kind: 'controller' }>): Cells => ({
  controller_model: d.model,
  controller_version: d.version,
  for_system_use: d.system,
  program_area_size: d.programArea,
  iom_size: d.iomSize,
  no_of_dm_words: d.dmWords,
  timer_size: d.timers,
  expansion_dm_size: d.expansionDm,
  no_of_steps_transitions: d.steps,
  kind_of_memory_card: d.memoryCard < 0 ? '-1' : hex(d.memoryCard),
  memory_card_size: d.memoryCardSize,
  cpu_bus_unit_config: d.busUnits,
  no_of_sysmac_bus_master_mounted: d.sysmacBusMasters,
  no_of_sysmac_bus2_master_mounted: d.sysmacBus2Masters,
  peripheral_device_connected: d.pcStatus < 0 ? 0 : d.pcStatus >> 7,
  built_in_host_interface: d.pcStatus < 0 ? 0 : (d.pcStatus >> 6) & 1,
  no_of_racks_connected: d.pcStatus < 0 ? 0 : d.pcStatus & 15,
});

const errorRows = (m: FinsMessage): Cells[] => {
  const d = m.detail;
  if (m.command === 0x2101) return m.response ? [] : [{ ...base(m), error_reset_fal_no: hex(number(m), 4) }];
  if (d?.kind === 'log-range') return [{ ...base(m), beginning_record_no: d.first, no_of_records: d.count }];
  if (d?.kind !== 'error-log') return [];
  return d.records.map((r) => ({
    ...base(m),
    max_no_stored_records: d.maximum,
    no_of_stored_records: d.stored,
    no_of_records: d.count,
    error_code_1: hex(r.code1, 4),
    error_code_2: hex(r.code2, 4),
    minute: r.minute,
    second: r.second,
    day: r.day,
    hour: r.hour,
    year: r.year,
    month: r.month,
  }));
};

/** `2065-10-21T21:42:56` in parts. */
const timeCells = (time: string): Cells => {
  const [year, month, day, hour, minute, second] = time.split(/[-T:]/).map(Number);
  return { year, month, day, hour, minute, second };
};
const controlCells = (type: number, control: number): Cells => ({
  data_type: String(type & 7),
  last_block: (type & 0x80) !== 0,
  protected: (type & 0x40) !== 0,
  control_data: control,
});
const positive = (value: number): Cell => (value < 0 ? undefined : value);

const fileRows = (m: FinsMessage): Cells[] => {
  const b = base(m);
  const d = m.detail;
  switch (d?.kind) {
    case 'file-list-range':
      return [{ ...b, disk_no: d.disk, beginning_file_position: hex(d.first), no_of_files: d.count }];
    case 'file-list':
      return [
        {
          ...b,
          volume_label: d.volume,
          ...timeCells(d.time),
          total_capacity: d.total,
          unused_capacity: d.unused,
          total_no_files: d.fileCount,
          no_files_read: d.count,
          last_file: d.last,
        },
        ...d.files.map((f) => ({
          ...b,
          response_code: undefined,
          ...timeCells(f.time),
          file_name: f.name,
          file_capacity: f.capacity,
        })),
      ];
    case 'file':
      return [
        {
          ...b,
          disk_no: positive(d.disk),
          file_name: d.name,
          file_capacity: positive(d.capacity),
          file_position: positive(d.position),
          data_length: positive(d.length),
          parameter_code: d.parameter < 0 ? undefined : hex(d.parameter, 4),
        },
      ];
    case 'files': {
      const parameter = d.parameter < 0 ? undefined : hex(d.parameter, 4);
      const cells = { ...b, disk_no: positive(d.disk), no_of_files: positive(d.count), parameter_code: parameter };
      if (m.command === 0x2206) return [{ ...cells, volume_label: d.names[0] }];
      return d.names.length === 0 ? [cells] : d.names.map((file_name) => ({ ...cells, file_name }));
    }
    case 'file-pair':
      if (m.command === 0x2207)
        return [{ ...b, src_disk_no: d.fromDisk, src_file_name: d.from, dst_disk_no: d.toDisk, dst_file_name: d.to }];
      return [{ ...b, disk_no: d.fromDisk, old_file_name: d.from, new_file_name: d.to }];
    case 'area-file':
      return [
        { ...b, disk_no: d.disk, file_name: d.name, parameter_code: hex(d.parameter, 4), ...areaCells(m.command, d) },
      ];
    case 'number':
      if (m.command === 0x220a) return [{ ...b, no_of_items: d.value }];
      if (m.command === 0x220b) return [{ ...b, no_of_words: d.value }];
      return m.command === 0x220c ? [{ ...b, no_of_bytes: d.value }] : [];
    case 'blocks':
      return m.command === 0x220f
        ? [{ ...b, beginning_block_no: d.first, no_of_blocks: d.count }]
        : [{ ...b, block_no: d.first }];
    case 'block-index':
      return d.blocks.map((x) => ({
        ...b,
        remaining_blocks: d.remaining,
        total_no_of_blocks: d.total,
        memory_type: hex(d.memoryType),
        ...controlCells(x.type, x.control),
      }));
    case 'block':
      return [
        {
          ...b,
          ...controlCells(d.type, d.control),
          block_no: positive(d.number),
          memory_data: hexOf(d.octets, TEST_DATA),
        },
      ];
    default:
      return [];
  }
};

const areaCells = (command: number, d: Extract<FinsDetail, { kind: 'area-file' }>): Cells => {
  if (command === 0x220a)
    return {
      memory_area_code: hex(d.area),
      beginning_address: point({ area: 0, word: d.first, bit: d.bit }),
      no_of_items: d.count,
    };
  if (command === 0x220b)
    return { parameter_area_code: hex(d.area, 4), beginning_address: hex(d.first), no_of_words: d.count };
  return { program_no: hex(d.area), beginning_address: hex(d.first), no_of_bytes: d.count };
};

const networkRows = (m: FinsMessage): Cells[] => {
  const d = m.detail;
  if (d?.kind !== 'network-status') return [];
  return d.nodes.map((node, i) => ({
    ...base(m),
    node_number: i + 1,
    in_network: hex(node & 1),
    exit_status: hex((node >> 1) & 1),
    polling: hex((node >> 3) & 1),
    communication_cycle_time: d.cycleTime.toFixed(1),
    current_polling_node_number: d.pollingNode,
    cyclic_operation: hex(d.cyclicOperation),
    cyclic_transmission_status: hex(d.cyclicTransmission),
    non_fatal_error: hex((d.nonFatal[(i + 1) >> 3]! >> ((i + 1) & 7)) & 1),
    cyclic_error_count: d.errorCounts[i],
  }));
};

const linkStatusRows = (m: FinsMessage): Cells[] => {
  const d = m.detail;
  if (d?.kind !== 'link-status') return [];
  return Array.from({ length: Math.floor(d.octets.length / 3) * 8 }, (_, i) => {
    const flag = (which: number): string => hex((d.octets[(i >> 3) * 3 + which]! >> (i & 7)) & 1);
    return {
      ...base(m),
      node_number: i + 1,
      data_links: hex(d.flags & 1),
      node_setting: hex(d.flags >> 7),
      master_node_number: d.masterNode,
      error_status: flag(0),
      mode_status: flag(1),
      warning_status: flag(2),
    };
  });
};

const generalRows = (m: FinsMessage, s: Seen<FinsMessage>): Cells[] => [
  {
    proto: s.carrier,
    tcp_header: m.tcp === undefined ? undefined : 'FINS',
    tcp_length: m.tcp?.length,
    tcp_command: m.tcp?.command,
    tcp_error_code: m.tcp?.errorCode,
    client_node_address: positive(m.tcp?.clientNode ?? -1),
    server_node_address: positive(m.tcp?.serverNode ?? -1),
    ...(m.command < 0
      ? {}
      : {
          ...base(m),
          // It gives up on messages with texts, and leaves the code of their answers empty.
          ...(m.detail?.kind === 'message' && m.detail.texts.length > 0 ? { response_code: undefined } : {}),
          icf_gateway: String(m.icf >> 7),
          icf_response_setting: String(m.icf & 1),
          gateway_count: m.gct,
          destination_network_address: hex(m.dna),
          destination_node_number: hex(m.da1),
          destination_unit_address: hex(m.da2),
          source_network_address: hex(m.sna),
          source_node_number: hex(m.sa1),
          source_unit_address: hex(m.sa2),
          service_id: hex(m.sid),
        }),
  },
];

/** Columns whose texts end with their number. */
const NUMBERED = new Set([
  'command_code',
  'icf_data_type',
  'icf_gateway',
  'icf_response_setting',
  'parameter_area_code',
  'run_mode',
  'day',
  'controller_data_to_read',
  'kind_of_memory_card',
  'controller_status_data_read_status',
  'block_record_data_link_status',
  'controller_status_data_read_mode',
  'cycle_time_read_parameter',
  'command',
  'set_reset_specification',
  'error_reset_fal_no',
  'error_code_1',
  'error_code_2',
  'parameter_code',
  'memory_type',
  'data_type',
  'in_network',
  'exit_status',
  'polling',
  'cyclic_operation',
  'cyclic_transmission_status',
  'non_fatal_error',
  'data_links',
  'node_setting',
  'error_status',
  'mode_status',
  'warning_status',
  'tcp_command',
  'tcp_error_code',
]);
const sameOf = (log: string, column: string): ((ours: string, theirs: string) => boolean) | undefined => {
  if (column === 'response_code') return responseSame;
  if (column === 'memory_area_code') return areaSame;
  // Passwords are masked in ours.
  if (column === 'password') return (ours) => ours === '(masked)';
  // The same name in two logs: a day of the month, and a text of flags.
  if (log !== 'detail' && column === 'day') return undefined;
  if (log === 'detail' && column === 'non_fatal_error') return undefined;
  return NUMBERED.has(column) ? numberedOrUnknown : undefined;
};

const table = (log: string, names: readonly string[], rowsOf: (m: FinsMessage, s: Seen<FinsMessage>) => Cells[]) =>
  rowMap<Row>({
    shape: 'rows',
    peer: 'zeek',
    protocol: 'fins',
    log: `omron_fins_${log}`,
    rows: (capture) =>
      capture.of<FinsMessage>('fins').flatMap((seen) => rowsOf(seen.message, seen).map((cells) => ({ seen, cells }))),
    columns: Object.fromEntries(
      names.map((name): [string, Column<Row>] => {
        const same = sameOf(log, name);
        const value = (row: Row): Cell => row.cells[name];
        return [
          name,
          { value, ...(same === undefined ? {} : { same }), ...(name === 'cpu_bus_unit_config' ? { list: true } : {}) },
        ];
      }),
    ),
  });

const COMMON = 'command_code icf_data_type response_code';
const numberedNames = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}_${i}`);
export const zeekOmronFins = [
  table(
    'general',
    `proto tcp_header tcp_length tcp_command tcp_error_code client_node_address server_node_address icf_gateway
     icf_response_setting gateway_count destination_network_address destination_node_number destination_unit_address
     source_network_address source_node_number source_unit_address service_id ${COMMON}`.split(/\s+/),
    generalRows,
  ),
  table(
    'detail',
    [
      ...`memory_area_code beginning_address number_of_items parameter_area_code beginning_word number_of_words last_word_bit
      data year month date hour minute second day intelligent_id_no first_word read_length data_length num_of_link_nodes
      block_record_data_link_status block_record_num_of_link_nodes block_record_node_num block_record_cio_area_first_word
      block_record_kind_of_dm block_record_dm_area_first_word block_record_num_of_total_words program_no protect_code
      password last_word clear_code number_of_bytes run_mode controller_data_to_read controller_model controller_version
      for_system_use program_area_size iom_size no_of_dm_words timer_size expansion_dm_size no_of_steps_transitions
      kind_of_memory_card memory_card_size cpu_bus_unit_config no_of_sysmac_bus_master_mounted
      no_of_sysmac_bus2_master_mounted peripheral_device_connected built_in_host_interface no_of_racks_connected
      no_of_units unit_address model_number controller_status_data_read_status controller_status_data_read_mode fatal_error
      non_fatal_error message_yes_no fal_fals_no error_message cycle_time_read_parameter average_cycle_time max_cycle_time
      min_cycle_time test_data number_of_receptions command acquire_network_address acquire_node_number
      acquire_unit_address no_of_bits set_reset_specification bit_flag ${COMMON}`.split(/\s+/),
      ...numberedNames('message_no', 8),
      ...numberedNames('message', 8),
      ...numberedNames('fal_fals_no', 14),
      ...numberedNames('fal_fals', 14),
    ],
    detailRows,
  ),
  table(
    'error',
    `error_reset_fal_no beginning_record_no max_no_stored_records no_of_stored_records no_of_records error_code_1
     error_code_2 minute second day hour year month ${COMMON}`.split(/\s+/),
    errorRows,
  ),
  table(
    'file',
    `disk_no beginning_file_position no_of_files volume_label year month day hour minute second total_capacity
     unused_capacity total_no_files no_files_read last_file file_name file_capacity file_position data_length
     parameter_code src_disk_no src_file_name dst_disk_no dst_file_name old_file_name new_file_name parameter_area_code
     beginning_address no_of_words memory_area_code no_of_items program_no no_of_bytes beginning_block_no no_of_blocks
     remaining_blocks total_no_of_blocks memory_type data_type last_block protected control_data block_no memory_data
     ${COMMON}`.split(/\s+/),
    fileRows,
  ),
  table(
    'network_status_read',
    `node_number in_network exit_status polling communication_cycle_time current_polling_node_number cyclic_operation
     cyclic_transmission_status non_fatal_error cyclic_error_count ${COMMON}`.split(/\s+/),
    networkRows,
  ),
  table(
    'data_link_status_read',
    `node_number data_links node_setting master_node_number error_status mode_status warning_status ${COMMON}`.split(
      /\s+/,
    ),
    linkStatusRows,
  ),
];
