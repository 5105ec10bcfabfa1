/** Zeek's dnp3.log and ICSNPP's dnp3_control.log and dnp3_objects.log. */
import type { Dnp3Message, Fragment, ObjectBlock } from '../../../../src/decode/dnp3/index.ts';
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

/**
 * Objects that Zeek 3 reads with wrong sizes, after which it leaves the connection alone (dpd.log): analog output commands under an index of
 * one octet (g41, A.19), data sets (g85 to g88) and double-bit events (g4, A.6; with relative time from the second on).
 */
const stops = (f: Fragment): boolean =>
  f.objects.some(
    (o) =>
      (o.group === 41 && (o.qualifier & 0x70) === 0x10 && f.functionCode > 2) ||
      (o.group >= 85 && o.group <= 88 && f.functionCode > 128) ||
      (o.group === 4 && f.functionCode > 128 && o.count > (o.variation === 3 ? 1 : 0)),
  );

/**
 * Fragments that Zeek 3 hears of: behind a frame without user data it takes the next frame of that direction for the rest of it (9.2.4: frames
 * are independent of each other), and what it cannot read ends the connection.
 */
const heard = (capture: SeenCapture): readonly M[] => {
  const waits = new Set<string>();
  const ended = new Set<number>();
  const out: M[] = [];
  for (const seen of capture.of<Dnp3Message>('dnp3')) {
    const direction = `${seen.flow} ${seen.toServer}`;
    if (ended.has(seen.flow) || waits.delete(direction)) continue;
    const { transport, application } = seen.message;
    if (transport < 0 && seen.carrier === 'tcp') waits.add(direction);
    if (application === undefined) continue;
    out.push(seen);
    if (stops(application)) ended.add(seen.flow);
  }
  return out;
};

/** A row for each reply, with the last request on the connection before it; at its end a row for a request left over. */
const exchanges = (capture: SeenCapture): Exchange[] => {
  const asked = new Map<number, M>();
  const out: Exchange[] = [];
  const codeOf = (s: M | undefined): number => s?.message.application?.functionCode ?? -1;
  for (const seen of heard(capture)) {
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
