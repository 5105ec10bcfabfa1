/** IGMP directly on IP (protocol 2): who listens to which multicast group, and which router asks. */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { decodeIgmp, type IgmpMessage } from './wire.ts';

/** Statements remembered in one flow, so that each is made once; at the limit the memory is emptied. */
const MAX_SAID = 256;

export interface IgmpState {
  readonly said: Set<string>;
}

const joins = (at: At, group: string, sink: ObservationSink, state: IgmpState): void => {
  if (group === '' || state.said.has(group)) return;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.add(group);
  sink.command(at, {
    verb: 'subscribe',
    operation: 'IGMP membership report',
    target: at.receiver,
    object: `group ${group}`,
    outcome: 'unconfirmed',
  });
};

const observe = (t: Transaction<IgmpMessage>, sink: ObservationSink, state: IgmpState): void => {
  const m = t.request;
  if (m === undefined) return;
  const { at } = t;
  if (m.igmpType === 17) {
    if (state.said.has('querier')) return;
    state.said.add('querier');
    sink.identity(at, { endpoint: at.sender, attribute: 'role', value: 'IGMP querier', confidence: 0.8, via: m.type });
  } else if (m.igmpType === 18 || m.igmpType === 22) joins(at, m.group, sink, state);
  else
    for (const r of m.records)
      if (r.recordType === 2 || r.recordType === 4 || r.sources > 0) joins(at, r.group, sink, state);
};

export const igmp: Decoder<IgmpMessage, IgmpState> = {
  name: 'igmp',
  title: 'IGMP',
  family: 'network',
  attach: [{ over: 'ip', protocols: [2] }],
  probe: () => 'sure',
  open: () => ({ said: new Set() }),
  decode: (b, start, end) =>
    end - start < 8
      ? { kind: 'malformed', code: 'igmp.short', detail: `${end - start} of 8 octets`, consumed: end - start }
      : { kind: 'message', message: decodeIgmp(b, start, end), consumed: end - start },
  observe,
};
