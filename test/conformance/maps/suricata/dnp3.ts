/** Suricata's dnp3 events: one for each request and response. */
import type { Dnp3Message, Fragment, ObjectBlock, ObjectDetail } from '../../../../src/decode/dnp3/index.ts';
import { checkMap } from '../../types.ts';

const bit = (octet: number, mask: number): boolean => (octet & mask) !== 0;
const octets = (text: string): number => new TextEncoder().encode(text).length;

/** Keys that an object of its own form has. */
const ofDetail = (d: ObjectDetail, status: number | undefined): object => {
  switch (d.kind) {
    case 'control':
      return {
        op_type: d.code & 15,
        qu: (d.code >> 4) & 1,
        cr: (d.code >> 5) & 1,
        tcc: d.code >> 6,
        count: d.repeat,
        ontime: d.onMs,
        offtime: d.offMs,
        status_code: status,
        reserved: 0,
      };
    case 'file-command': {
      // The name stands behind the 26 octets of the fixed part; keys are not kept, only that there was none.
      const size = octets(d.name);
      return {
        prefix: 26 + size,
        size: 26 + size,
        filename_offset: 26,
        filename_size: size,
        created: d.createdMs,
        permissions: d.permissions,
        ...(d.hasKey ? {} : { authentication_key: 0 }),
        file_size: d.size,
        operational_mode: d.mode,
        maximum_block_size: d.maxBlock,
        request_id: d.requestId,
        filename: d.name,
      };
    }
    case 'file-status': {
      const size = 13 + octets(d.text);
      return {
        prefix: size,
        size,
        file_handle: d.handle,
        file_size: d.size,
        maximum_block_size: d.maxBlock,
        request_id: d.requestId,
        status_code: d.status,
        optional_text: d.text,
      };
    }
    case 'file-block': {
      const size = 8 + d.octets;
      return { prefix: size, size, file_handle: d.handle, block_number: (d.last ? 0x80000000 : 0) + d.block };
    }
    case 'file-block-status': {
      const size = 9 + octets(d.text);
      return {
        prefix: size,
        size,
        file_handle: d.handle,
        block_number: (d.last ? 0x80000000 : 0) + d.block,
        status_code: d.status,
        optional_text: d.text,
      };
    }
    default:
      return {};
  }
};

const flagKeys = (group: number, flags: number): object => ({
  online: flags & 1,
  restart: (flags >> 1) & 1,
  comm_lost: (flags >> 2) & 1,
  remote_forced: (flags >> 3) & 1,
  local_forced: (flags >> 4) & 1,
  ...(group <= 11
    ? { chatter_filter: (flags >> 5) & 1, reserved: (flags >> 6) & 1, state: flags >> 7 }
    : group <= 23
      ? { rollover: (flags >> 5) & 1, discontinuity: (flags >> 6) & 1, reserved1: flags >> 7 }
      : { over_range: (flags >> 5) & 1, reference_err: (flags >> 6) & 1, reserved0: flags >> 7 }),
});

const point = (o: ObjectBlock, i: number): object => {
  const detail = o.details[i];
  const flags = o.flags[i];
  const value = o.values[i];
  const indexed = ((o.qualifier >> 4) & 7) >= 1 && ((o.qualifier >> 4) & 7) <= 3;
  const index = indexed ? o.indexes[i] : Math.max(o.start, 0) + i;
  return {
    prefix: indexed ? o.indexes[i] : 0,
    index,
    ...(o.times[i] === undefined ? {} : { timestamp: o.times[i] }),
    ...(o.group === 52 ? { [o.variation === 1 ? 'delay_secs' : 'delay_ms']: value } : {}),
    ...(flags === undefined ? {} : flagKeys(o.group, flags)),
    ...(o.group >= 20 && o.group <= 23 ? { count: value } : {}),
    ...(o.group >= 30 && o.group <= 43 ? { value } : {}),
    ...(o.statuses[i] === undefined ? {} : { status_code: o.statuses[i] }),
    ...((o.group === 1 || o.group === 10) && o.variation === 1 ? { state: value } : {}),
    ...(detail === undefined ? {} : ofDetail(detail, o.statuses[i])),
  };
};

const points = (o: ObjectBlock): object[] =>
  Array.from({ length: Math.max(o.values.length, o.details.length, o.times.length) }, (_, i) => point(o, i));

const applicationOf = (f: Fragment): object => ({
  control: {
    fir: bit(f.control, 0x80),
    fin: bit(f.control, 0x40),
    con: bit(f.control, 0x20),
    uns: bit(f.control, 0x10),
    sequence: f.control & 15,
  },
  function_code: f.functionCode,
  objects: f.objects.map((o) => ({
    group: o.group,
    variation: o.variation,
    qualifier: o.qualifier,
    prefix_code: (o.qualifier >> 4) & 7,
    range_code: o.qualifier & 15,
    start: Math.max(o.start, 0),
    stop: Math.max(o.stop, 0),
    count: o.count,
    ...(points(o).length > 0 ? { points: points(o) } : {}),
  })),
  complete: f.defect === '',
});

const INDICATORS: readonly (readonly [bit: number, name: string])[] = [
  [0x8000, 'device_restart'],
  [0x4000, 'device_trouble'],
  [0x2000, 'local_control'],
  [0x1000, 'need_time'],
  [0x0800, 'class_3_events'],
  [0x0400, 'class_2_events'],
  [0x0200, 'class_1_events'],
  [0x0100, 'all_stations'],
  [0x0080, 'reserved_1'],
  [0x0040, 'reserved_2'],
  [0x0020, 'config_corrupt'],
  [0x0010, 'already_executing'],
  [0x0008, 'event_buffer_overflow'],
  [0x0004, 'parameter_error'],
  [0x0002, 'object_unknown'],
  [0x0001, 'no_func_code_support'],
];

export const suricataDnp3 = checkMap({
  shape: 'checks',
  peer: 'suricata',
  protocol: 'dnp3',
  eventType: 'dnp3',
  events: (capture) =>
    capture.of<Dnp3Message>('dnp3').flatMap((seen) => {
      const m = seen.message;
      const f = m.application;
      if (f === undefined || m.defect !== '') return [];
      const isReply = f.functionCode >= 128;
      const dnp3 = {
        type: f.functionCode === 130 ? 'unsolicited_response' : isReply ? 'response' : 'request',
        control: {
          dir: bit(m.control, 0x80),
          pri: bit(m.control, 0x40),
          fcb: bit(m.control, 0x20),
          fcv: bit(m.control, 0x10),
          function_code: m.control & 15,
        },
        src: m.source,
        dst: m.destination,
        application: applicationOf(f),
        ...(isReply ? { iin: { indicators: INDICATORS.filter(([b]) => f.iin & b).map(([, name]) => name) } } : {}),
      };
      // Written when the other side has acknowledged, and always from client to server.
      const [from, to, fromPort, toPort] = seen.toServer
        ? [seen.sender, seen.receiver, seen.senderPort, seen.receiverPort]
        : [seen.receiver, seen.sender, seen.receiverPort, seen.senderPort];
      return [{ seen, event: { dnp3, src_ip: from, dest_ip: to, src_port: fromPort, dest_port: toPort } }];
    }),
});
