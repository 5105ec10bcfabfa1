/** RTPS (DDS, ROS 2) over UDP: participants name themselves and what they publish and subscribe to. */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { type Discovered, decodeRtps, isRtps, type RtpsMessage, type Topics, vendorName } from './wire.ts';

/** Statements remembered for each pair of hosts, so that each is made once; at the limit the memory is emptied. */
const MAX_SAID = 4096;

export interface RtpsState {
  readonly said: Set<string>;
  readonly topics: Topics;
}

const fresh = (state: RtpsState, key: string): boolean => {
  if (state.said.has(key)) return false;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.add(key);
  return true;
};

const participant = (at: At, d: Discovered, sink: ObservationSink): void => {
  const endpoint = at.sender;
  const via = 'RTPS participant discovery';
  sink.identity(at, { endpoint, attribute: 'role', value: 'DDS participant', confidence: 0.9, via });
  if (d.vendor !== 0)
    sink.identity(at, { endpoint, attribute: 'software', value: vendorName(d.vendor), confidence: 0.9, via });
  if (d.name !== '') sink.name(at, { endpoint, kind: 'other', name: d.name, via });
  for (const [name, value] of d.properties) {
    const key = name.toLowerCase();
    if (key === 'dds.sys_info.hostname' || key === '__hostname' || key === 'fastdds.physical_data.host')
      sink.identity(at, { endpoint, attribute: 'hostname', value: value.split(':')[0]!, confidence: 0.9, via });
    else if (key === 'dds.sys_info.executable_filepath' || key === '__processname')
      sink.identity(at, { endpoint, attribute: 'software', value, confidence: 0.7, via });
  }
};

const observe = (t: Transaction<RtpsMessage>, sink: ObservationSink, state: RtpsState): void => {
  const m = t.request;
  if (m === undefined) return;
  const { at } = t;
  // Samples come many times a second: that a writer sends is told once for each pair of hosts.
  for (const { kind, topic, writerId } of m.submessages)
    if (topic !== '' && kind.startsWith('DATA') && fresh(state, `data ${m.guidPrefix} ${writerId} ${topic}`))
      sink.command(at, {
        verb: 'write',
        operation: 'DDS data',
        target: at.receiver,
        object: `topic ${topic}`,
        outcome: 'unconfirmed',
      });
  for (const d of m.discovered) {
    const key = `${d.kind} ${d.guid} ${d.topic} ${d.gone}`;
    if (!fresh(state, key)) continue;
    if (d.gone) {
      if (d.kind === 'participant')
        sink.session(at, { phase: 'close', outcome: 'unconfirmed', detail: `DDS participant ${d.guid}` });
      continue;
    }
    if (d.kind === 'participant') participant(at, d, sink);
    else if (d.topic !== '')
      // Whoever announces a writer says that it will write the topic: seen from outside both are roles, not commands.
      sink.command(at, {
        verb: d.kind === 'subscription' ? 'subscribe' : 'discover',
        operation: d.kind === 'subscription' ? 'DDS subscription' : 'DDS publication',
        target: at.receiver,
        object: `topic ${d.topic} (${d.typeName})`,
        outcome: 'unconfirmed',
      });
  }
};

export const rtps: Decoder<RtpsMessage, RtpsState> = {
  name: 'rtps',
  title: 'RTPS (DDS)',
  family: 'iiot',
  // Clause 9.6.1: 7400 + 250 * domain + offset; the first domains.
  attach: [{ over: 'udp', ports: [7400, 7401, 7410, 7411, 7412, 7413, 7650, 7651, 7660, 7661] }],
  probe: (b, start, end) => (isRtps(b, start, end) ? 'sure' : 'no'),
  open: () => ({ said: new Set(), topics: new Map() }),
  decode(b, start, end, _context, state) {
    if (!isRtps(b, start, end)) return { kind: 'foreign' };
    const message = decodeRtps(b, start, end, state.topics);
    const consumed = end - start;
    return typeof message === 'string'
      ? { kind: 'malformed', code: 'rtps.malformed', detail: message, consumed }
      : { kind: 'message', message, consumed };
  },
  // Announcements are repeated by every port: what was said is remembered for the two hosts.
  pairing: { scope: 'hosts', role: () => 'single', key: () => 0 },
  observe,
};
