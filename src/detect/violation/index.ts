/**
 * What the specifications forbid: octets that break a protocol, from a sender that never did, or in numbers that never
 * were; and the few violations that are signs by themselves. Source: the `weird` idea of Paxson, Bro: a system for detecting
 * network intruders in real-time, Computer Networks 31 (1999).
 */
import type { Detector, DetectorContext, Parts, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Weird } from '../../core/observation.ts';
import { Bursts, type SavedBursts } from '../../learn/network/bursts.ts';
import { Interner } from '../../lib/interner.ts';
import { isControl, isPlant, siteLearning } from '../shared/learning.ts';
import { byProtocol, count, oddity, often, watchedFor, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const VIOLATION: FindingKind = {
  code: 'protocol-violation',
  family: 'protocol',
  title: '{sender} breaks the rules of {protocol}',
  what: '{sender} sent what the specification forbids: {detail}{called?}; {number} within ten minutes.',
  comparedWith: 'In {watched} of watching, its worst ten minutes had {usual} of this.',
  innocent: 'A device with a faulty or unusual implementation, a new firmware, or loss on the mirror port.',
  check: [
    'Is the other end of the conversation still working?',
    'Was the firmware or program of {sender} changed?',
    'Look at the frames: is it a broken message or one made by hand?',
  ],
  severity: 'quality',
  techniques: ['T0855', 'T0814'],
  needsLearning: true,
};
export const SEQUENCE: FindingKind = {
  code: 'sequence-broken',
  family: 'protocol',
  title: 'Messages of {sender} are repeated, missing or out of order',
  what: 'The numbering of the messages of {sender} broke: {detail}; {number} within ten minutes.',
  comparedWith:
    'The protocol numbers its messages one by one; in {watched} of watching, the worst ten minutes had {usual}.',
  innocent: 'Packet loss on the network or on the mirror port, or a connection that was set up anew.',
  check: [
    'Does the switch or the sensor report lost packets at that time?',
    'A repeated message: is it the same command again? Then somebody may replay it.',
    'Do both ends agree on the state of the switch or valve concerned?',
  ],
  severity: 'quality',
  techniques: ['T0830', 'T0856'],
  needsLearning: false,
};
export const WRONG_CHECKSUM: FindingKind = {
  code: 'wrong-checksum',
  family: 'protocol',
  title: '{sender} sent {server} what only a listener would read',
  what: '{sender} sent a segment with {detail}, {number} within ten minutes, on a connection whose checksums are right otherwise. It was not read here either.',
  comparedWith:
    'A receiver drops such a segment, and switches drop what was damaged on a cable; in {watched} of watching, the worst ten minutes had {usual}.',
  innocent: 'A faulty network card, or a router or firewall that rewrites packets wrongly.',
  check: [
    'Look at the next segment of {sender}: do other octets come under the same sequence number? Then a listener was to be told another story.',
    'Which program on {sender} makes its own packets?',
    'Does the switch port of {sender} count errors?',
  ],
  severity: 'uptime',
  techniques: ['T0856', 'T0855'],
  needsLearning: false,
};
export const OVERLAP_DIFFERS: FindingKind = {
  ...WRONG_CHECKSUM,
  code: 'overlap-differs',
  title: '{sender} told {server} two stories under the same numbers',
  what: '{sender} sent {detail}, {number} within ten minutes. One of the two was read here; which one {server} took cannot be seen.',
  comparedWith:
    'Whoever sends again sends the same octets; in {watched} of watching, the worst ten minutes had {usual} of these.',
  innocent: 'A faulty TCP of a small device, or a firewall that rewrites contents on one side of the mirror only.',
  check: [
    'Read the value back from {server}: is it the one that was to be written?',
    'Which program on {sender} makes its own packets?',
    'What do both frames say? The second is not in the messages.',
  ],
};
export const SECOND_PUBLISHER: FindingKind = {
  code: 'second-publisher',
  family: 'protocol',
  title: 'A second sender for what only {server} may publish',
  what: '{sender} sent: {detail}{called?}.',
  comparedWith: 'A stream of GOOSE or sampled values has one publisher; in {watched} of watching there was one.',
  innocent: 'A protection relay was replaced while the other one was still on, or a test set is connected.',
  check: [
    'Is a test set connected, or a relay being replaced?',
    'Where is {sender} plugged in?',
    'Did a breaker or a protection function operate?',
  ],
  severity: 'safety',
  techniques: ['T0856', 'T0855'],
  needsLearning: false,
};

/** Senders and codes counted; beyond it further ones are not judged. */
export const MAX_VIOLATIONS = 50_000;
const MAX_CODES = 4096;
const WINDOW_US = 600_000_000;
const LEAST = 5;
const FACTOR = 4;
/** Loss by the capture, settings and duplicates by design are no violations; obsolete settings have their own detector. */
const HARMLESS =
  /^(tcp\.(octets-missing|out-of-sequence)$|tls\.|ssh\.version|smb\.version|rdp\.|opcua\.obsolete|arp\.|dhcp\.(address-in-use|refused)|profinet-dcp\.ip-conflict|mrp\.|dlr\.|.*\.truncated$|.*connection-limit$|.*\.cut$)/;
const ORDER = /^iec104\.(sequence-gap|sequence-repeated|sequence-order)$|^tcp\.frame-repeated$/;
/** What the receiver drops, and what it may have taken otherwise than it was read. */
const DROPPED = /^tcp\.(wrong-checksum|no-acknowledgement)$/;
const TWICE = /^(tcp\.overlap-differs|ip\.fragments-differ)$/;

/** What tries the web server of a device: one is enough, where a program that belongs there sends none. */
const HEADER = 'http.header-';

/** What a code is, found out once for each: weirds come by the ten thousand, and almost all of them end here. */
const UNJUDGED = 0;
const IS_HARMLESS = 1;
const IS_ORDER = 2;
const IS_SUM = 3;
const IS_OTHER = 4;
const IS_TWICE = 5;
const IS_HEADER = 6;
const classOf = (code: string): number => {
  if (HARMLESS.test(code)) return IS_HARMLESS;
  if (DROPPED.test(code)) return IS_SUM;
  if (TWICE.test(code)) return IS_TWICE;
  if (code.startsWith(HEADER)) return IS_HEADER;
  return ORDER.test(code) ? IS_ORDER : IS_OTHER;
};

/**
 * A gap may be loss, and a few copies of frames come out of a switch or a mirror port; many copies, or a new segment with an
 * old number, do not.
 */
const isSeldom = (code: string, number: number, usual: number): boolean =>
  code === 'iec104.sequence-gap' || (code === 'tcp.frame-repeated' && (number < LEAST || number < usual * FACTOR));

const create = (context: DetectorContext): RunningDetector => {
  const bursts = new Bursts(MAX_VIOLATIONS, WINDOW_US);
  const codes = new Interner(MAX_CODES);
  const classes = new Uint8Array(MAX_CODES);
  /** Keys of what breaks the order, by row: the same text again needs no new hash. */
  const orderKeys: string[] = [];
  /** `more`: what the finding tells beside it. */
  const partsOf = ({ protocol }: At, { code, detail }: Weird, sender: number, other: number, more?: () => Parts) => {
    const { watchedUs } = context;
    return (): Parts => ({
      sender: who(sender),
      server: other > 0 ? who(other) : words('its other end'),
      protocol: protocol === '' ? words('its protocol') : byProtocol(protocol),
      code: words(code),
      detail: words(detail === '' ? oddity(code) : detail),
      // The decoder says it in words; what it calls the fault stands behind them.
      called: words(detail === '' ? '' : ` (${oddity(code)})`),
      watched: watchedFor(watchedUs),
      ...more?.(),
    });
  };
  const commonOf = (at: At, sender: number, other: number) => ({
    actor: sender,
    target: other > 0 ? other : sender,
    protocol: at.protocol,
    tsUs: at.tsUs,
    frames: [at.requestFrame, at.frame],
  });
  const orderKey = (row: number, code: string): string => {
    let key = orderKeys[row];
    if (key === undefined) {
      key = `${bursts.part(row, 0)} ${bursts.part(row, 1)} ${code}`;
      orderKeys[row] = key;
    }
    return key;
  };
  const hear = (at: At, w: Weird): void => {
    // A request is judged once its answer is there: the sender is who asked.
    const sender = at.sender > 0 && !w.code.startsWith(HEADER) ? at.sender : at.client;
    if (sender <= 0) return;
    const other = sender === at.client ? at.server : at.client;
    if (w.code.endsWith('.second-publisher')) {
      context.state({
        kind: SECOND_PUBLISHER,
        ...commonOf(at, sender, other),
        key: `${context.host(sender)} ${w.code}`,
        surprise: 0.9,
        certainty: 'certain',
        parts: partsOf(at, w, sender, other),
      });
      return;
    }
    const code = codes.id(w.code);
    if (code < 0) return;
    if (classes[code] === UNJUDGED) classes[code] = classOf(w.code);
    if (classes[code] === IS_HARMLESS) return;
    const row = bursts.add(context.host(sender), context.host(Math.max(0, other)), code, 0, at.tsUs, 1);
    if (row < 0) return;
    const what = classes[code]!;
    if (what === IS_OTHER) {
      if (context.phase !== 'watching' || !isControl(context, at.protocol)) return;
      const number = bursts.current(row);
      if (number < LEAST || number < bursts.usual(row) * FACTOR || !bursts.markOdd(row)) return;
    }
    if (what === IS_HEADER) {
      if (context.phase !== 'watching' || !isPlant(context, other)) return;
      if (bursts.current(row) < bursts.usual(row) * FACTOR || !bursts.markOdd(row)) return;
    }
    breaks(at, w, what, sender, other, row);
  };
  /** Apart, for its closures would make an object for every weird. */
  const breaks = (at: At, w: Weird, what: number, sender: EndpointId, other: EndpointId, row: number): void => {
    const number = bursts.current(row);
    const usual = bursts.usual(row);
    const common = commonOf(at, sender, other);
    const parts = partsOf(at, w, sender, other, () => ({
      number: often(number),
      times: count(number),
      usual: usual === 0 ? words('none') : count(usual),
    }));
    if (what === IS_TWICE || what === IS_SUM) {
      context.state({
        kind: what === IS_TWICE ? OVERLAP_DIFFERS : WRONG_CHECKSUM,
        ...common,
        key: `${context.host(sender)} ${context.host(Math.max(0, other))}`,
        surprise: usual > 0 ? 0.45 : 0.6,
        certainty: 'certain',
        parts,
      });
      return;
    }
    if (what === IS_ORDER) {
      context.state({
        kind: SEQUENCE,
        ...common,
        key: orderKey(row, w.code),
        surprise: isSeldom(w.code, number, usual) ? 0.45 : 0.6,
        certainty: 'certain',
        parts,
      });
      return;
    }
    context.state({
      kind: VIOLATION,
      ...common,
      key: `${context.host(sender)} ${w.code}`,
      sinceUs: bursts.startUs(row),
      surprise: usual === 0 ? 0.65 : 0.55,
      certainty: 'certain',
      parts,
    });
  };
  return {
    weird: hear,
    learning: () =>
      siteLearning(context, bursts.overflow > 0 ? `the table of ${MAX_VIOLATIONS} senders and codes is full` : ''),
    accept(finding) {
      const [number, code] = [finding.parts.times, finding.parts.code];
      if (finding.detector !== 'violation' || number?.kind !== 'count' || code?.kind !== 'text') return false;
      const other = finding.target === finding.actor ? 0 : context.host(finding.target);
      const row = bursts.find(context.host(finding.actor), other, codes.id(code.text), 0);
      if (row < 0) return false;
      bursts.accept(row, number.value);
      return true;
    },
    save: () => toText({ bursts: bursts.save(), codes: codes.texts }),
    load(text) {
      const saved = fromText(text) as { readonly bursts: SavedBursts; readonly codes: readonly string[] };
      bursts.load(saved.bursts);
      codes.load(saved.codes);
      classes.fill(UNJUDGED);
      orderKeys.length = 0;
    },
  };
};

export const violation: Detector = {
  name: 'violation',
  card: {
    notices:
      'Messages that break their protocol, numbered messages that repeat or are missing, a second publisher of a stream.',
    worksWhen: 'The protocol is decoded to the field (depth A or B in the list of protocols).',
    failsWhen:
      'The message is well formed and its meaning is wrong; single violations below five in ten minutes are not told, but for headers of web requests.',
    cost: 'Constant per violation; 60 octets per sender and code, at most 50,000.',
    source: 'Paxson: Bro, a system for detecting network intruders in real-time, Computer Networks 31 (1999)',
  },
  kinds: [VIOLATION, SEQUENCE, WRONG_CHECKSUM, OVERLAP_DIFFERS, SECOND_PUBLISHER],
  create,
};
