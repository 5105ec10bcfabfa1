/**
 * GOOSE in the common vocabulary: values when they change, who publishes what, and what IEC 61850-8-1 section 18.1.2.5
 * (state and sequence numbers, time allowed to live) and IEC 61850-7-2 section 18.2 forbid. A repetition says nothing.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { type MmsData, validityOf } from '../shared/mms-data.ts';
import { equalOctets } from '../shared/publisher-frame.ts';
import { freshKnown, type GooseMessage, type Known } from './wire.ts';

/** Publishers remembered; at the limit all are forgotten and said again. */
export const MAX_PUBLISHERS = 4096;
/** Values of one message that are said, members of structures included. */
const MAX_VALUES = 512;
/** A receiver allows for jitter of the network and the publisher's clock. */
const LIVE_MARGIN = 2;

class Publisher {
  readonly known: Known = freshKnown();
  sender = 0;
  stNum = -1;
  sqNum = -1;
  confRev = -1;
  tsUs = 0;
  liveUs = 0;
  isSimulated = false;
  ndsCom = false;
  defect = '';
  allData: readonly MmsData[] | undefined;
  paths: readonly string[] = [];
  pathsOf = '';
}

export class GooseState {
  readonly #byHash = new Map<number, Publisher>();
  /** Whose frame was read last. */
  current: Publisher | undefined;

  get size(): number {
    return this.#byHash.size;
  }

  /** The publisher whose control block reference these octets are. */
  find(b: Uint8Array, start: number, end: number): Publisher {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ b[i]!, 0x01000193);
    let p = this.#byHash.get(hash);
    if (p === undefined || !equalOctets(p.known.gocbOctets, b, start, end)) {
      // Two references with one hash (or a forged one) push each other out; that costs time, not truth.
      if (p === undefined && this.#byHash.size >= MAX_PUBLISHERS) this.#byHash.clear();
      p = new Publisher();
      p.known.gocbOctets = b.slice(start, end);
      p.known.gocbRef = String.fromCharCode(...printable(b, start, end));
      this.#byHash.set(hash, p);
    }
    this.current = p;
    return p;
  }
}

/** ObjectReference: at most 129 characters. */
const printable = (b: Uint8Array, start: number, end: number): number[] => {
  const out: number[] = [];
  for (let i = start; i < end && out.length < 129; i++) out.push(b[i]! >= 0x20 && b[i]! < 0x7f ? b[i]! : 0x2e);
  return out;
};

export const observeGoose = (t: Transaction<GooseMessage>, sink: ObservationSink, state: GooseState): void => {
  const m = t.request;
  if (m === undefined) return;
  const at = t.at;
  if (m.type === 'gseMngtPdu') {
    sink.command(at, {
      verb: 'discover',
      operation: 'GSE management',
      target: at.receiver,
      outcome: 'unconfirmed',
      native: m,
    });
    return;
  }
  const p = m.gocbRef === '' ? undefined : state.current;
  if (m.defect !== '' && m.defect !== p?.defect)
    sink.weird(at, { code: `goose.${m.defect}`, detail: m.gocbRef === '' ? 'no control block reference' : m.gocbRef });
  if (p === undefined) return;
  p.defect = m.defect;
  const first = p.stNum < 0;
  const copy = !first && m.stNum === p.stNum && m.sqNum === p.sqNum && p.allData === m.allData;
  if (first) introduce(at, m, sink);
  else if (!copy) order(at, m, p, sink);
  flags(at, m, p, sink);
  if (m.allData !== p.allData) say(at, m, p, sink);
  p.allData = m.allData;
  if (copy && p.sender !== at.sender) return;
  p.sender = at.sender;
  p.stNum = m.stNum;
  p.sqNum = m.sqNum;
  p.confRev = m.confRev;
  p.tsUs = at.tsUs;
  p.liveUs = m.timeAllowedToLive * 1000;
};

/** `IED1LD0/LLN0$GO$gcb`: the logical device is the name of the device with that of its part. */
const deviceOf = (reference: string): string => {
  const slash = reference.indexOf('/');
  return slash > 0 ? reference.slice(0, slash) : '';
};

const introduce = (at: At, m: GooseMessage, sink: ObservationSink): void => {
  const via = 'GOOSE gocbRef';
  const name = deviceOf(m.gocbRef);
  if (name !== '')
    sink.identity(at, { endpoint: at.sender, attribute: 'station-name', value: name, confidence: 0.6, via });
  sink.identity(at, {
    endpoint: at.sender,
    attribute: 'device-type',
    value: 'IEC 61850 device',
    confidence: 0.8,
    via,
  });
};

/** Numbers that do not follow, another sender, silence. */
const order = (at: At, m: GooseMessage, p: Publisher, sink: ObservationSink): void => {
  if (p.sender !== at.sender)
    sink.weird(at, { code: 'goose.second-publisher', detail: `${m.gocbRef} is sent by another station as well` });
  if (m.confRev !== p.confRev)
    sink.weird(at, {
      code: 'goose.configuration-changed',
      detail: `${m.gocbRef} confRev ${p.confRev} to ${m.confRev}`,
    });
  if (m.stNum === p.stNum) {
    const restarted = m.sqNum <= 1 && m.stNum === 1;
    // Behind the highest number the count goes on with 1 (section 18.1.2.5).
    const next = p.sqNum >= 0xffffffff ? 1 : p.sqNum + 1;
    if (m.sqNum !== next && !restarted)
      sink.weird(at, {
        code: m.sqNum > next ? 'goose.sequence-gap' : 'goose.sequence-back',
        detail: `${m.gocbRef} sqNum ${p.sqNum} to ${m.sqNum} in state ${m.stNum}`,
      });
  } else {
    const next = p.stNum >= 0xffffffff ? 1 : p.stNum + 1;
    if (m.stNum !== next && m.stNum !== 1)
      sink.weird(at, {
        code: m.stNum > next ? 'goose.state-gap' : 'goose.state-back',
        detail: `${m.gocbRef} stNum ${p.stNum} to ${m.stNum}`,
      });
    else if (m.sqNum > 1)
      sink.weird(at, {
        code: 'goose.sequence-start',
        detail: `${m.gocbRef} begins state ${m.stNum} with sqNum ${m.sqNum}`,
      });
  }
  if (p.liveUs > 0 && at.tsUs - p.tsUs > p.liveUs * LIVE_MARGIN)
    sink.weird(at, {
      code: 'goose.time-to-live',
      detail: `${m.gocbRef} was silent for ${Math.round((at.tsUs - p.tsUs) / 1000)} ms, allowed ${p.liveUs / 1000} ms`,
    });
};

const flags = (at: At, m: GooseMessage, p: Publisher, sink: ObservationSink): void => {
  const simulated = m.isSimulated || m.simulation;
  if (simulated !== p.isSimulated)
    sink.weird(at, {
      code: 'goose.simulation',
      detail: `${m.gocbRef} ${simulated ? 'is simulated: test equipment speaks in its place' : 'is not simulated any more'}`,
    });
  p.isSimulated = simulated;
  if (m.ndsCom && !p.ndsCom)
    sink.weird(at, { code: 'goose.needs-commissioning', detail: `${m.gocbRef} is not configured completely` });
  p.ndsCom = m.ndsCom;
  if (m.defect === '' && m.numDatSetEntries !== m.allData.length && m.allData !== p.allData)
    sink.weird(at, {
      code: 'goose.entries',
      detail: `${m.gocbRef} announces ${m.numDatSetEntries} values and sends ${m.allData.length}`,
    });
};

/** All values that differ from what was said last. Paths are the data set's name and the place in it. */
const say = (at: At, m: GooseMessage, p: Publisher, sink: ObservationSink): void => {
  const before = p.allData;
  const prefix = m.datSet === '' ? m.gocbRef : m.datSet;
  if (p.paths.length < m.allData.length || p.pathsOf !== prefix) {
    p.paths = m.allData.slice(0, MAX_VALUES).map((_, i) => `${prefix}.${i}`);
    p.pathsOf = prefix;
  }
  const count = Math.min(m.allData.length, p.paths.length);
  for (let i = 0; i < count; i++) {
    const data = m.allData[i]!;
    if (unchanged(data, before?.[i])) continue;
    // IEC 61850-7-3: a quality (13 bits) stands behind the value it belongs to.
    const behind = m.allData[i + 1];
    const quality = behind !== undefined && isQuality(behind) ? validityOf(String(behind.value)) : undefined;
    emit(at, p.paths[i]!, data, quality, sink, 0);
  }
};

const isQuality = (d: MmsData): boolean => d.type === 'bit-string' && String(d.value).length === 13;

const unchanged = (a: MmsData, b: MmsData | undefined): boolean =>
  b !== undefined && a.items === undefined && a.type === b.type && Object.is(a.value, b.value);

const emit = (
  at: At,
  path: string,
  data: MmsData,
  quality: 'good' | 'uncertain' | 'bad' | undefined,
  sink: ObservationSink,
  depth: number,
): void => {
  if (data.items !== undefined) {
    const own = data.items.find(isQuality);
    const inner = own === undefined ? quality : validityOf(String(own.value));
    for (let i = 0; i < data.items.length && i < MAX_VALUES && depth < 4; i++)
      emit(at, `${path}.${i}`, data.items[i]!, inner, sink, depth + 1);
    return;
  }
  const { type, value } = data;
  if (quality === undefined) sink.value(at, { target: at.sender, path, type, value, access: 'read' });
  else sink.value(at, { target: at.sender, path, type, value, quality, access: 'read' });
};
