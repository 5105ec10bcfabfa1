/** Zeek's dnp3.log and ICSNPP's dnp3_control.log and dnp3_objects.log. */
import type { Dnp3Message, ObjectBlock } from '../../../../src/decode/dnp3/index.ts';
import { rowMap, type Seen, type SeenCapture } from '../../types.ts';
import { functionWord, objectWord, operationWord, statusWord, tripWord } from './dnp3-words.ts';

type M = Seen<Dnp3Message>;

/** Frames that complete a fragment; Zeek does not look at the link function. */
const fragments = (capture: SeenCapture): readonly M[] =>
  capture.of<Dnp3Message>('dnp3').filter((s) => s.message.application !== undefined);

interface Exchange {
  readonly seen: M;
  readonly request: number;
  /** -1: none before the connection ended. */
  readonly reply: number;
  readonly iin: number;
}

/** A row for each reply, with the last request on the connection before it; at its end a row for a request left over. */
const exchanges = (capture: SeenCapture): Exchange[] => {
  const asked = new Map<number, M>();
  const out: Exchange[] = [];
  const codeOf = (s: M | undefined): number => s?.message.application?.functionCode ?? -1;
  for (const seen of fragments(capture)) {
    const f = seen.message.application!;
    if (f.functionCode < 128) asked.set(seen.flow, seen);
    else {
      out.push({ seen, request: codeOf(asked.get(seen.flow)), reply: f.functionCode, iin: f.iin });
      asked.delete(seen.flow);
    }
  }
  for (const seen of asked.values()) out.push({ seen, request: codeOf(seen), reply: -1, iin: -1 });
  return out;
};

export const zeekDnp3 = rowMap<Exchange>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'dnp3',
  log: 'dnp3',
  rows: exchanges,
  columns: {
    fc_request: (r) => (r.request >= 0 ? functionWord(r.request) : undefined),
    fc_reply: (r) => (r.reply >= 0 ? functionWord(r.reply) : undefined),
    iin: (r) => (r.iin >= 0 ? r.iin : undefined),
  },
});

interface Control {
  readonly seen: M;
  readonly block: ObjectBlock;
  readonly i: number;
}
const control = (r: Control) => {
  const detail = r.block.details[r.i];
  return detail?.kind === 'control' ? detail : undefined;
};

export const zeekDnp3Control = rowMap<Control>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'dnp3',
  log: 'dnp3_control',
  rows: (capture) =>
    fragments(capture).flatMap((seen) =>
      seen.message
        .application!.objects.filter((o) => o.group === 12 && o.variation <= 2)
        .flatMap((block) => block.details.map((_, i) => ({ seen, block, i }))),
    ),
  align: { is_orig: (r) => r.seen.toServer },
  columns: {
    block_type: (r) => (r.block.variation === 1 ? 'Control Relay Output Block' : 'Pattern Control Block'),
    function_code: (r) => functionWord(r.seen.message.application!.functionCode),
    index_number: (r) => r.block.indexes[r.i] ?? r.block.start + r.i,
    trip_control_code: (r) => tripWord(control(r)!.code),
    operation_type: (r) => operationWord(control(r)!.code),
    clear_bit: (r) => (control(r)!.code & 0x20) !== 0,
    execute_count: (r) => control(r)!.repeat,
    on_time: (r) => control(r)!.onMs,
    off_time: (r) => control(r)!.offMs,
    status_code: (r) =>
      r.seen.message.application!.functionCode < 128 ? undefined : statusWord(r.block.statuses[r.i] ?? 0),
  },
});

interface Header {
  readonly seen: M;
  readonly block: ObjectBlock;
}
const isReply = (r: Header): boolean => r.seen.message.application!.functionCode >= 128;

/** Read requests and responses to them; what ICSNPP has no name for is not logged. */
export const zeekDnp3Objects = rowMap<Header>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'dnp3',
  log: 'dnp3_objects',
  rows: (capture) =>
    fragments(capture)
      .filter((s) => [1, 129].includes(s.message.application!.functionCode))
      .flatMap((seen) =>
        seen.message
          .application!.objects.filter((o) => objectWord(o.group, o.variation) !== undefined)
          .map((block) => ({ seen, block })),
      ),
  align: { is_orig: (r) => r.seen.toServer },
  columns: {
    function_code: (r) => functionWord(r.seen.message.application!.functionCode),
    object_type: (r) => objectWord(r.block.group, r.block.variation),
    object_count: (r) => (isReply(r) ? r.block.count : undefined),
    // Zeek puts the count where there is no range.
    range_low: (r) => (isReply(r) ? (r.block.start >= 0 ? r.block.start : r.block.count) : undefined),
    range_high: (r) => (isReply(r) ? (r.block.start >= 0 ? r.block.stop : 0) : undefined),
  },
});
