/**
 * What DNS says about the site: which address answers to which name, which devices announce which services (RFC 6763),
 * and the few questions that are reconnaissance or change something (zone transfer, service enumeration, update).
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, Attribute, Name, ObservationSink } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { type DnsMessage, type DnsRecord, OPCODE_UPDATE, rcodeName, TYPE, typeName } from './wire.ts';

/** Names reported per message; a resolver's answer rarely has more than a dozen. */
const MAX_NAMES = 64;

/** Address text of a reverse-lookup name (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export const reverseAddress = (name: string): string | undefined => {
  const lower = name.toLowerCase();
  if (lower.endsWith('.in-addr.arpa')) {
    const parts = lower.slice(0, -13).split('.').reverse();
    return parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256)
      ? parts.map(Number).join('.')
      : undefined;
  }
  if (!lower.endsWith('.ip6.arpa')) return undefined;
  const nibbles = lower.slice(0, -9).split('.').reverse();
  if (nibbles.length !== 32 || !nibbles.every((n) => /^[0-9a-f]$/.test(n))) return undefined;
  const groups = nibbles.join('').match(/.{4}/g) ?? [];
  const short = groups.map((g) => g.replace(/^0{1,3}/, ''));
  // RFC 5952: the longest run of zero groups is shortened.
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && short[j] === '0') j++;
    if (j - i > bestLength) [best, bestLength] = [i, j - i];
    i = Math.max(i, j);
  }
  return best < 0 ? short.join(':') : `${short.slice(0, best).join(':')}::${short.slice(best + bestLength).join(':')}`;
};

/** Address records name the holder of the address; a third party does not speak by being named. */
const addresses = (
  records: readonly DnsRecord[],
  at: At,
  kind: Name['kind'],
  via: string,
  sink: ObservationSink,
  alias?: string,
): void => {
  let left = MAX_NAMES;
  for (const r of records) {
    if (left <= 0) return;
    const address = r.type === TYPE.A || r.type === TYPE.AAAA;
    if (address && r.data !== '' && r.data !== '(broken)') {
      const endpoint = sink.mention(at, undefined, r.data);
      left--;
      sink.name(at, { endpoint, kind, name: r.name, via: `${via} ${typeName(r.type)}` });
      if (alias !== undefined && alias.toLowerCase() !== r.name.toLowerCase())
        sink.name(at, { endpoint, kind, name: alias, via: `${via} ${typeName(r.type)}` });
    } else if (r.type === TYPE.PTR && r.target !== undefined) {
      const ip = reverseAddress(r.name);
      if (ip === undefined) continue;
      left--;
      sink.name(at, { endpoint: sink.mention(at, undefined, ip), kind, name: r.target, via: `${via} PTR` });
    }
  }
};

export const observeDns = (transaction: Transaction<DnsMessage>, sink: ObservationSink): void => {
  const { request, response, at } = transaction;
  const asked = (request ?? response)?.questions[0];
  if (asked && (asked.type === TYPE.AXFR || asked.type === TYPE.IXFR)) {
    const refused = response !== undefined && response.rcode !== 0;
    sink.command(at, {
      verb: 'discover',
      operation: 'DNS zone transfer',
      target: at.server,
      object: asked.name,
      outcome: outcomeOf(transaction, refused),
      reason: refused ? rcodeName(response.rcode) : undefined,
    });
  }
  if (request?.opcode === OPCODE_UPDATE && asked) {
    const refused = response !== undefined && response.rcode !== 0;
    sink.command(at, {
      verb: 'configure',
      operation: 'DNS update',
      target: at.server,
      object: request.authorities[0]?.name ?? asked.name,
      outcome: outcomeOf(transaction, refused),
      reason: refused ? rcodeName(response.rcode) : undefined,
    });
    if (response?.rcode === 0) addresses(request.authorities, at, 'dns', 'DNS update', sink);
  }
  // Without the name as object, so that a host that asks for thousands of names is one row; `native` has the name.
  const known = response ?? request;
  if (asked && known !== undefined && known.opcode === 0 && asked.type !== TYPE.AXFR && asked.type !== TYPE.IXFR) {
    const refused = response !== undefined && response.rcode !== 0;
    sink.command(at, {
      verb: 'read',
      operation: 'DNS query',
      target: at.server,
      outcome: refused ? 'refused' : outcomeOf(transaction, false),
      reason: refused ? rcodeName(response.rcode) : undefined,
      native: known,
    });
  }
  if (response && response.rcode === 0 && response.opcode === 0)
    addresses(response.answers, at, 'dns', 'DNS answer', sink, asked?.name);
};

/** LLMNR (RFC 4795): the owner of a name answers for itself. */
export const observeLlmnr = (transaction: Transaction<DnsMessage>, sink: ObservationSink): void => {
  const message = transaction.request ?? transaction.response;
  if (!message?.response || message.rcode !== 0) return;
  const { at } = transaction;
  addresses(message.answers, at, 'other', 'LLMNR', sink);
  const own = message.answers.find((r) => r.type === TYPE.A || r.type === TYPE.AAAA);
  if (own)
    sink.identity(at, {
      endpoint: at.sender,
      attribute: 'hostname',
      value: own.name,
      confidence: 0.85,
      via: 'LLMNR answer',
    });
};

/** Keys that vendors put into TXT records of services (Bonjour Printing, AirPlay, Chromecast, HomeKit, HAP, Siemens). */
const TXT_KEYS = tableOf<readonly [Attribute, number]>({
  model: ['model', 0.7],
  md: ['model', 0.6],
  ty: ['model', 0.7],
  usb_mdl: ['model', 0.7],
  product: ['model', 0.5],
  vendor: ['vendor', 0.7],
  manufacturer: ['vendor', 0.7],
  mf: ['vendor', 0.5],
  usb_mfg: ['vendor', 0.7],
  serial: ['serial', 0.7],
  serialnumber: ['serial', 0.7],
  sn: ['serial', 0.5],
  fw: ['firmware', 0.5],
  firmware: ['firmware', 0.7],
  fwversion: ['firmware', 0.7],
  srcvers: ['software', 0.4],
  note: ['location', 0.5],
  fn: ['description', 0.5],
});
const ENUMERATE = '_services._dns-sd._udp.local';

/** Multicast DNS (RFC 6762): responses are the sender's statements about itself, queries only matter when they enumerate. */
export const observeMdns = (transaction: Transaction<DnsMessage>, sink: ObservationSink): void => {
  const message = transaction.request ?? transaction.response;
  if (!message) return;
  const { at } = transaction;
  if (!message.response) {
    if (message.questions.some((q) => q.name.toLowerCase() === ENUMERATE))
      sink.command(at, {
        verb: 'discover',
        operation: 'mDNS service enumeration',
        target: at.server,
        object: ENUMERATE,
        outcome: 'unconfirmed',
      });
    return;
  }
  const said = message.additionals.length === 0 ? message.answers : [...message.answers, ...message.additionals];
  addresses(said, at, 'mdns', 'mDNS', sink);
  let left = MAX_NAMES;
  for (const r of said) {
    if (left-- <= 0) return;
    // A time to live of 0 takes the record back (RFC 6762 section 10.1).
    if (r.ttl === 0) continue;
    if (r.type === TYPE.SRV && r.target !== undefined) {
      sink.name(at, { endpoint: at.sender, kind: 'mdns', name: r.name, via: 'mDNS SRV' });
      sink.identity(at, {
        endpoint: at.sender,
        attribute: 'hostname',
        value: r.target,
        confidence: 0.8,
        via: 'mDNS SRV',
      });
    }
    if (r.type === TYPE.HINFO && r.texts?.[1])
      sink.identity(at, {
        endpoint: at.sender,
        attribute: 'os',
        value: r.texts[1],
        confidence: 0.6,
        via: 'mDNS HINFO',
      });
    if (r.type !== TYPE.TXT || !r.texts) continue;
    for (const text of r.texts) {
      const equals = text.indexOf('=');
      const known = equals > 0 ? TXT_KEYS[text.slice(0, equals).toLowerCase()] : undefined;
      const value = text.slice(equals + 1).trim();
      if (known && value !== '')
        sink.identity(at, {
          endpoint: at.sender,
          attribute: known[0],
          value,
          confidence: known[1],
          via: `mDNS TXT ${text.slice(0, equals)}`,
        });
    }
  }
};
