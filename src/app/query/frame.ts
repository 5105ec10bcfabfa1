/**
 * One frame for people: its octets, the layers up to TCP and UDP with the place of each field, and what the decoders say
 * of its payload when they see this frame alone. Where a decoder found a credential the whole payload is masked, and
 * where text is exchanged that logins are part of (a form, a cookie, a line that was typed), also without having found one;
 * of any other payload what follows a word for a credential.
 * Sources: IEEE 802.3, 802.1Q; RFC 791, 8200, 9293, 768, 826.
 */
import type { Frame, FrameLayer } from '../../api/index.ts';
import type { Decoder, Message } from '../../core/decoder.ts';
import { LINK } from '../../core/frame.ts';
import type { SourceHealth } from '../../core/site.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { ipv4Text, ipv6Text, macText } from '../../lib/address.ts';
import { hex, u16be, u32be } from '../../lib/bytes.ts';
import { credentialRuns } from '../../lib/credential-runs.ts';
import { MASKED } from '../../lib/masked.ts';
import type { FoundFrame } from '../evidence.ts';
import { createSiteRuntime, Pipeline } from '../pipeline.ts';
import { batchOfOne, listening } from '../single-frame.ts';
import { leavesOf, locatedFields, meaningOf } from './frame-fields.ts';
import { maybeTime, type SiteView } from './view.ts';

const LINK_NAMES = new Map<number, string>(Object.entries(LINK).map(([name, value]) => [value, name]));
const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
const IP_PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 47: 'GRE', 58: 'ICMPv6' };

interface Walk {
  readonly bytes: Uint8Array;
  readonly layers: FrameLayer[];
  /** Where the payload of the last understood layer begins. */
  at: number;
  /** Source and destination address, where it is an IP packet. */
  ends: readonly string[];
  /** Source and destination port, where there are any. */
  ports: readonly number[];
}

type Field = FrameLayer['fields'][number];
const field = (name: string, value: string | number, start: number, end: number): Field => ({
  name,
  value: String(value),
  meaning: '',
  start,
  end,
});
const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

const ethernet = (walk: Walk): number => {
  const { bytes: b } = walk;
  if (b.length < 14) return 0;
  const source = macText(b, 6);
  const destination = macText(b, 0);
  let type = u16be(b, 12);
  walk.layers.push({
    name: 'eth',
    title: 'Ethernet',
    start: 0,
    end: 14,
    summary: `${source} to ${destination}`,
    fields: [
      field('destination', destination, 0, 6),
      field('source', source, 6, 12),
      field('type', hex4(type), 12, 14),
    ],
  });
  let at = 14;
  while (VLAN.has(type) && at + 4 <= b.length) {
    const tag = u16be(b, at);
    type = u16be(b, at + 2);
    walk.layers.push({
      name: 'vlan',
      title: 'VLAN tag',
      start: at - 2,
      end: at + 4,
      summary: `VLAN ${tag & 0xfff}, priority ${tag >> 13}`,
      fields: [
        field('id', tag & 0xfff, at, at + 2),
        field('priority', tag >> 13, at, at + 1),
        field('type', hex4(type), at + 2, at + 4),
      ],
    });
    at += 4;
  }
  walk.at = at;
  return type;
};

const ipv4 = (walk: Walk): number => {
  const { bytes: b, at } = walk;
  if (b.length < at + 20 || b[at]! >> 4 !== 4) return -1;
  const length = (b[at]! & 15) * 4;
  const source = ipv4Text(u32be(b, at + 12));
  const destination = ipv4Text(u32be(b, at + 16));
  const protocol = b[at + 9]!;
  walk.layers.push({
    name: 'ip',
    title: 'IPv4',
    start: at,
    end: at + length,
    summary: `${source} to ${destination}, ${IP_PROTOCOLS[protocol] ?? `protocol ${protocol}`}`,
    fields: [
      field('total length', u16be(b, at + 2), at + 2, at + 4),
      field('identification', hex4(u16be(b, at + 4)), at + 4, at + 6),
      field('time to live', b[at + 8]!, at + 8, at + 9),
      field('protocol', IP_PROTOCOLS[protocol] ?? protocol, at + 9, at + 10),
      field('source', source, at + 12, at + 16),
      field('destination', destination, at + 16, at + 20),
    ],
  });
  walk.at = at + length;
  walk.ends = [source, destination];
  return (u16be(b, at + 6) & 0x1fff) === 0 ? protocol : -1;
};

const ipv6 = (walk: Walk): number => {
  const { bytes: b, at } = walk;
  if (b.length < at + 40) return -1;
  const source = ipv6Text(b, at + 8);
  const destination = ipv6Text(b, at + 24);
  const protocol = b[at + 6]!;
  walk.layers.push({
    name: 'ip',
    title: 'IPv6',
    start: at,
    end: at + 40,
    summary: `${source} to ${destination}, ${IP_PROTOCOLS[protocol] ?? `next header ${protocol}`}`,
    fields: [
      field('payload length', u16be(b, at + 4), at + 4, at + 6),
      field('next header', IP_PROTOCOLS[protocol] ?? protocol, at + 6, at + 7),
      field('hop limit', b[at + 7]!, at + 7, at + 8),
      field('source', source, at + 8, at + 24),
      field('destination', destination, at + 24, at + 40),
    ],
  });
  walk.at = at + 40;
  walk.ends = [source, destination];
  return protocol;
};

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

const transport = (walk: Walk, protocol: number): void => {
  const { bytes: b, at } = walk;
  if ((protocol === 6 || protocol === 17) && b.length >= at + 4) walk.ports = [u16be(b, at), u16be(b, at + 2)];
  if (protocol === 6 && b.length >= at + 20) {
    const length = (b[at + 12]! >> 4) * 4;
    const flags = TCP_FLAGS.filter((_, bit) => (b[at + 13]! >> bit) & 1).join(', ');
    walk.layers.push({
      name: 'tcp',
      title: 'TCP',
      start: at,
      end: at + length,
      summary: `port ${u16be(b, at)} to ${u16be(b, at + 2)}${flags === '' ? '' : `, ${flags}`}`,
      fields: [
        field('source port', u16be(b, at), at, at + 2),
        field('destination port', u16be(b, at + 2), at + 2, at + 4),
        field('sequence number', u32be(b, at + 4), at + 4, at + 8),
        field('acknowledgement', u32be(b, at + 8), at + 8, at + 12),
        field('flags', flags, at + 13, at + 14),
        field('window', u16be(b, at + 14), at + 14, at + 16),
      ],
    });
    walk.at = at + length;
  } else if (protocol === 17 && b.length >= at + 8) {
    walk.layers.push({
      name: 'udp',
      title: 'UDP',
      start: at,
      end: at + 8,
      summary: `port ${u16be(b, at)} to ${u16be(b, at + 2)}`,
      fields: [
        field('source port', u16be(b, at), at, at + 2),
        field('destination port', u16be(b, at + 2), at + 2, at + 4),
        field('length', u16be(b, at + 4), at + 4, at + 6),
      ],
    });
    walk.at = at + 8;
  }
};

/**
 * Protocols in which people and programs send passwords as text among other text, in places of which a decoder keeps
 * nothing: bodies, queries and cookies, lines of a dialogue. Their payload is never shown.
 */
const TEXT_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'ftp', 'telnet', 'websocket', 'ldap', 'fox', 'amqp']);

/** The same of protocols that no decoder reads, by their ports (IANA): SMTP, POP3, IMAP, rexec, rlogin, mail submission. */
const TEXT_PORTS = [25, 110, 143, 512, 513, 587];

export interface LoginPorts {
  /** Server ports on which text is exchanged: a frame from the middle of a stream does not say so itself. */
  readonly text: ReadonlySet<number>;
  /** Those on which somebody logged in in clear: a frame of which no decoder makes anything may be a part of a login. */
  readonly clear: ReadonlySet<number>;
  /**
   * Servers of which a text was read whose name says that it is secret, as `protocol address port` and `address port`: their answers
   * hold such texts without the name, which stands in another frame.
   */
  readonly named: ReadonlySet<string>;
}

/** By site, as long as it has no more points. */
const namedServers = new WeakMap<SiteModel, { readonly points: number; readonly servers: ReadonlySet<string> }>();

/** `protocol endpoint` of the servers of points whose text is masked for its name. */
const serversOfNamed = ({ model, endpoints }: SiteView): ReadonlySet<string> => {
  const known = namedServers.get(model);
  if (known !== undefined && known.points === model.pointCount) return known.servers;
  const servers = new Set<string>();
  for (const { target, protocol, value } of model.points({ limit: Number.MAX_SAFE_INTEGER }).rows) {
    if (value !== MASKED) continue;
    let server = target;
    for (let parent = endpoints.get(server).parent; parent !== undefined; parent = endpoints.get(server).parent)
      server = parent;
    servers.add(`${protocol} ${server}`);
  }
  namedServers.set(model, { points: model.pointCount, servers });
  return servers;
};

export const loginPorts = (view: SiteView): LoginPorts => {
  const text = new Set(TEXT_PORTS);
  const clear = new Set<number>();
  const named = new Set<string>();
  const secretServers = serversOfNamed(view);
  const logins = new Set<string>();
  for (const { clearCredential, protocol, server } of view.model.sessions())
    if (clearCredential) logins.add(`${protocol} ${server}`);
  for (const { protocol, server, serverPort } of view.model.conversations()) {
    if (serverPort === 0) continue;
    if (TEXT_PROTOCOLS.has(protocol)) text.add(serverPort);
    if (logins.has(`${protocol} ${server}`)) clear.add(serverPort);
    if (!secretServers.has(`${protocol} ${server}`)) continue;
    const end = `${view.endpoints.get(server).ip} ${serverPort}`;
    named.add(end).add(`${protocol} ${end}`);
  }
  return { text, clear, named };
};

/** Fields of a message whose octets are not all in this frame. */
const fieldsElsewhere = (decoder: Decoder, message: Message): Field[] => {
  const leaves = leavesOf(message);
  return [...leaves].map(([name, value]) => ({
    ...field(name, value, -1, -1),
    meaning: meaningOf(decoder, leaves, name),
  }));
};

/** What the decoders make of one frame without those around it, and whether it holds a credential. */
const decodeAlone = (
  found: FoundFrame,
  payload: number,
): { layers: FrameLayer[]; secret: boolean; answers: ReadonlySet<string> } => {
  const layers: FrameLayer[] = [];
  const answers = new Set<string>();
  const { sink, secrets } = listening();
  const site = createSiteRuntime(() => sink);
  let secret = false;
  const pipeline = new Pipeline({
    source: 'frame',
    site,
    onMessage: (decoder, message, context, bytes, start, end) => {
      // What was put together from several pieces has no place in the frame.
      const isHere = bytes.buffer === found.bytes.buffer;
      const at = isHere ? bytes.byteOffset - found.bytes.byteOffset + start : payload;
      const layer: FrameLayer = {
        name: decoder.name,
        title: decoder.title,
        start: at,
        end: isHere ? at + end - start : found.bytes.length,
        summary: decoder.heading?.(message) ?? message.type,
        fields: isHere
          ? locatedFields(decoder, message, context, bytes, start, end, at)
          : fieldsElsewhere(decoder, message),
      };
      layers.push(layer);
      // A request names what it asks for; a payload may stand under a name that was said long ago.
      if (decoder.pairing?.role(message, context) !== 'request' || 'payload' in message) answers.add(decoder.name);
      if (layer.fields.some(({ value }) => value.includes(MASKED))) secret = true;
    },
  });
  pipeline.handle(batchOfOne(found));
  pipeline.finish();
  return { layers, secret: secret || secrets.size > 0, answers };
};

/** A field that lies in octets that are hidden is hidden too; one without a place of its own where anything is. */
const withoutValues = (layer: FrameLayer, hidden: readonly { start: number; end: number }[]): FrameLayer =>
  hidden.length === 0
    ? layer
    : {
        ...layer,
        fields: layer.fields.map((f) =>
          f.start < 0 || hidden.some(({ start, end }) => f.start < end && start < f.end)
            ? { ...f, value: MASKED, meaning: '' }
            : f,
        ),
      };

export interface FrameContext {
  readonly source: string;
  readonly sourceName: string;
  readonly health: SourceHealth;
  readonly supports: Frame['supports'];
  /** A session with a credential in clear rests on this frame. */
  readonly credential: boolean;
  readonly loginPorts: LoginPorts;
}

export const frameAnswer = (found: FoundFrame, context: FrameContext): Frame => {
  const walk: Walk = { bytes: found.bytes, layers: [], at: 0, ends: [], ports: [] };
  let type = 0;
  if (found.linkType === LINK.ETHERNET) type = ethernet(walk);
  else if (found.linkType === LINK.RAW || found.linkType === LINK.IPV4)
    type = found.bytes[0]! >> 4 === 6 ? 0x86dd : 0x0800;
  else if ((found.linkType === LINK.NULL || found.linkType === LINK.LOOP) && found.bytes.length > 4) {
    // A loopback: four octets of address family (in the order of the machine that captured), then IP.
    walk.at = 4;
    type = found.bytes[4]! >> 4 === 6 ? 0x86dd : 0x0800;
  }
  const protocol = type === 0x0800 ? ipv4(walk) : type === 0x86dd ? ipv6(walk) : -1;
  if (protocol >= 0) transport(walk, protocol);
  const payload = Math.min(walk.at, found.bytes.length);
  const alone = decodeAlone(found, payload);
  const { text, clear, named } = context.loginPorts;
  const isText = walk.ports.some((port) => text.has(port)) || alone.layers.some(({ name }) => TEXT_PROTOCOLS.has(name));
  const mayBePart = alone.layers.length === 0 && walk.ports.some((port) => clear.has(port));
  const isNamed = walk.ports.some((port, i) => {
    const end = `${walk.ends[i]} ${port}`;
    if (!named.has(end)) return false;
    return alone.layers.length === 0 || [...alone.answers].some((protocol) => named.has(`${protocol} ${end}`));
  });
  const secret = alone.secret || context.credential || isText || mayBePart || isNamed;
  // Fields of a payload that is hidden are hidden as well, unless the decoder masked them itself.
  const layers = isNamed
    ? alone.layers.map((layer) => ({ ...layer, fields: [] }))
    : context.credential && !alone.secret
      ? []
      : alone.layers;
  const masked = secret ? [{ start: payload, end: found.bytes.length }] : credentialRuns(found.bytes, payload);
  const shown = found.bytes.slice();
  for (const { start, end } of masked) shown.fill(0, start, end);
  return {
    source: context.source,
    sourceName: context.sourceName,
    frame: found.frame,
    available: true,
    reason: '',
    at: maybeTime(found.tsUs),
    linkType: LINK_NAMES.get(found.linkType) ?? String(found.linkType),
    captured: found.bytes.length,
    wire: found.wire,
    hex: hex(shown),
    masked,
    layers: [...walk.layers, ...(secret ? layers : layers.map((layer) => withoutValues(layer, masked)))],
    previous: found.frame > 1 ? found.frame - 1 : null,
    next: found.frame < context.health.frames ? found.frame + 1 : null,
    supports: context.supports,
  };
};

export const missingFrame = (frame: number, reason: string, context: FrameContext): Frame => ({
  source: context.source,
  sourceName: context.sourceName,
  frame,
  available: false,
  reason,
  at: null,
  linkType: '',
  captured: 0,
  wire: 0,
  hex: '',
  masked: [],
  layers: [],
  previous: frame > 1 ? frame - 1 : null,
  next: frame < context.health.frames ? frame + 1 : null,
  supports: context.supports,
});
