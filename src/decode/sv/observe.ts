/**
 * Sampled values in the common vocabulary. Thousands of samples a second are one statement a second: the effective value
 * (RMS) of each channel of the 9-2LE data set, with its quality; lost samples, and changes of what should not change.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { equalOctets } from '../shared/publisher-frame.ts';
import { LE_CHANNELS, type SvMessage, SvStream } from './wire.ts';

/** Streams remembered; at the limit all are forgotten and said again. */
export const MAX_STREAMS = 1024;
/** Effective values are said this often. */
const WINDOW_US = 1_000_000;

/** 9-2LE section 3.2: order of the channels. */
const CHANNELS = [
  'current A',
  'current B',
  'current C',
  'current neutral',
  'voltage A',
  'voltage B',
  'voltage C',
  'voltage neutral',
] as const;

export class SvState {
  readonly #byHash = new Map<number, SvStream>();
  current: SvStream | undefined;

  /** The stream whose svID these octets are. */
  readonly find = (b: Uint8Array, start: number, end: number): SvStream => {
    const last = this.current;
    if (last !== undefined && equalOctets(last.idOctets, b, start, end)) return last;
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ b[i]!, 0x01000193);
    let s = this.#byHash.get(hash);
    if (s === undefined || !equalOctets(s.idOctets, b, start, end)) {
      if (s === undefined && this.#byHash.size >= MAX_STREAMS) this.#byHash.clear();
      s = new SvStream();
      s.idOctets = b.slice(start, end);
      for (let i = start; i < end && s.svID.length < 129; i++)
        s.svID += b[i]! >= 0x20 && b[i]! < 0x7f ? String.fromCharCode(b[i]!) : '.';
      this.#byHash.set(hash, s);
    }
    this.current = s;
    return s;
  };
}

export const observeSv = (t: Transaction<SvMessage>, sink: ObservationSink, state: SvState): void => {
  const m = t.request;
  if (m === undefined) return;
  const at = t.at;
  const s = m.svID === '' ? undefined : state.current;
  if (m.defect !== '' && m.defect !== s?.defect)
    sink.weird(at, { code: `sv.${m.defect}`, detail: m.svID === '' ? 'no svID' : m.svID });
  if (s === undefined) return;
  s.defect = m.defect;
  if (s.sender === 0) begin(at, m, s, sink);
  else if (s.sender !== at.sender && !s.saidSecond) {
    s.saidSecond = true;
    sink.weird(at, { code: 'sv.second-publisher', detail: `${m.svID} is sent by another station as well` });
  }
  if (m.confRev !== s.confRev || m.smpSynch !== s.smpSynch || m.isSimulated !== s.isSimulated) changed(at, m, s, sink);
  if (at.tsUs - s.windowUs >= WINDOW_US || at.tsUs < s.windowUs) report(at, m, s, sink);
};

const begin = (at: At, m: SvMessage, s: SvStream, sink: ObservationSink): void => {
  const endpoint = at.sender;
  s.sender = endpoint;
  s.windowUs = at.tsUs;
  s.confRev = m.confRev;
  s.paths = CHANNELS.map((name) => `${m.svID} ${name} RMS`);
  const via = 'sampled values svID';
  sink.identity(at, {
    endpoint,
    attribute: 'device-type',
    value: 'IEC 61850 merging unit',
    confidence: 0.8,
    via,
  });
  sink.identity(at, {
    endpoint,
    attribute: 'description',
    value: `sampled values ${m.svID}`,
    confidence: 0.6,
    via,
  });
};

const changed = (at: At, m: SvMessage, s: SvStream, sink: ObservationSink): void => {
  if (m.confRev !== s.confRev)
    sink.weird(at, { code: 'sv.configuration-changed', detail: `${m.svID} confRev ${s.confRev} to ${m.confRev}` });
  if (m.smpSynch !== s.smpSynch) {
    const path = `${m.svID} smpSynch`;
    sink.value(at, { target: at.sender, path, type: 'INT8U', value: m.smpSynch, access: 'read' });
    if (m.smpSynch === 0) sink.weird(at, { code: 'sv.not-synchronized', detail: `${m.svID} samples by a free clock` });
  }
  if (m.isSimulated !== s.isSimulated)
    sink.weird(at, {
      code: 'sv.simulation',
      detail: `${m.svID} ${m.isSimulated ? 'is simulated: test equipment speaks in its place' : 'is not simulated any more'}`,
    });
  s.confRev = m.confRev;
  s.smpSynch = m.smpSynch;
  s.isSimulated = m.isSimulated;
};

const report = (at: At, m: SvMessage, s: SvStream, sink: ObservationSink): void => {
  const n = s.samples;
  for (let i = 0; i < LE_CHANNELS && n > 0; i++) {
    const validity = s.quality[i]! & 3;
    sink.value(at, {
      target: at.sender,
      path: s.paths[i]!,
      type: 'INT32',
      value: Math.sqrt(s.squares[i]! / n),
      quality: validity === 0 ? 'good' : validity === 3 ? 'uncertain' : 'bad',
      access: 'read',
    });
  }
  if (s.missing > 0)
    sink.weird(at, { code: 'sv.samples-missing', detail: `${m.svID}: ${s.missing} samples by their counter` });
  s.squares.fill(0);
  s.quality.fill(0);
  s.samples = 0;
  s.missing = 0;
  s.windowUs = at.tsUs;
  s.saidSecond = false;
};
