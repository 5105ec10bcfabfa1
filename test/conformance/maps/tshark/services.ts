/**
 * tshark's columns of services that plants use beside their own protocols: directory, files, messages, remote calls, building and
 * IIoT. The captures' tables do not hold them; `oracle.ts` asks for them.
 */
import type { AmqpMessage } from '../../../../src/decode/amqp/message.ts';
import type { CoapMessage } from '../../../../src/decode/coap/wire.ts';
import type { RpcMessage } from '../../../../src/decode/dcerpc/wire.ts';
import type { KnxMessage } from '../../../../src/decode/knx/wire.ts';
import type { LdapMessage } from '../../../../src/decode/ldap/wire.ts';
import type { RdpMessage } from '../../../../src/decode/rdp/wire.ts';
import type { RecognisedMessage } from '../../../../src/decode/recognised/table.ts';
import type { RtpsMessage } from '../../../../src/decode/rtps/wire.ts';
import type { SshMessage } from '../../../../src/decode/ssh/wire.ts';
import type { SyslogMessage } from '../../../../src/decode/syslog/index.ts';
import type { TftpMessage } from '../../../../src/decode/tftp/index.ts';
import { type Cell, frameMap, type Seen, type SeenCapture } from '../../types.ts';
import { hex } from '../text.ts';

const known = (n: number): Cell => (n < 0 ? undefined : n);

/** Application tags (RFC 4511 section 4.2 to 4.13). */
const LDAP: Readonly<Record<LdapMessage['type'], number>> = {
  bindRequest: 0,
  bindResponse: 1,
  unbindRequest: 2,
  searchRequest: 3,
  searchResEntry: 4,
  searchResDone: 5,
  modifyRequest: 6,
  modifyResponse: 7,
  addRequest: 8,
  addResponse: 9,
  delRequest: 10,
  delResponse: 11,
  modDNRequest: 12,
  modDNResponse: 13,
  compareRequest: 14,
  compareResponse: 15,
  abandonRequest: 16,
  searchResRef: 19,
  extendedReq: 23,
  extendedResp: 24,
  intermediateResponse: 25,
};
const object = (...types: readonly LdapMessage['type'][]) => ({
  value: (s: Seen<LdapMessage>): Cell => (types.includes(s.message.type) ? s.message.object : undefined),
  whole: true,
});
export const tsharkLdap = frameMap<LdapMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ldap',
  columns: {
    'ldap.messageID': (s) => s.message.messageId,
    'ldap.protocolOp': (s) => LDAP[s.message.type],
    'ldap.resultCode': (s) => known(s.message.resultCode),
    'ldap.baseObject': object('searchRequest'),
    'ldap.name': object('bindRequest'),
    'ldap.scope': (s) => known(s.message.scope),
    'ldap.requestName': object('extendedReq'),
  },
});

const COAP_KINDS = ['confirmable', 'non-confirmable', 'acknowledgement', 'reset'];
const option = (number: number) => (s: Seen<CoapMessage>) =>
  s.message.options.filter((o) => o.number === number).map((o) => o.value);
export const tsharkCoap = frameMap<CoapMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'coap',
  columns: {
    'coap.type': (s) => known(COAP_KINDS.indexOf(s.message.kind)),
    'coap.code': (s) => s.message.code,
    'coap.mid': (s) => known(s.message.messageId),
    'coap.token': (s) => s.message.token,
    'coap.opt.uri_path': option(11),
    'coap.opt.uri_query': option(15),
    'coap.opt.observe': option(6),
    'coap.opt.block_number': (s) => s.message.block?.number,
  },
});

/** `1.1.5` and `1/2/3` as the number they are (KNX 3/3/2 section 1.4). */
const address = (text: string): number => {
  const [a = 0, b = 0, c = 0] = text.split(/[./]/).map(Number);
  return text.includes('/') ? (a << 11) | (b << 8) | c : (a << 12) | (b << 8) | c;
};
const cemi = (value: (c: NonNullable<KnxMessage['cemi']>) => Cell) => (s: Seen<KnxMessage>) =>
  s.message.cemi === undefined ? undefined : value(s.message.cemi);
export const tsharkKnx = frameMap<KnxMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'knx',
  columns: {
    'knxip.service.type': (s) => hex(s.message.service, 4),
    'knxip.totallength': (s) => s.message.length,
    'knxip.channel': (s) => (s.message.channel < 0 ? undefined : hex(s.message.channel, 2)),
    'knxip.seqctr': (s) => known(s.message.sequence),
    'knxip.tunnel.feature': (s) => (s.message.feature < 0 ? undefined : hex(s.message.feature, 2)),
    'knxip.loss': (s) => known(s.message.lost),
    'knxip.busy.time': (s) => known(s.message.waitMs),
    'knxip.subnet': (s) => s.message.description?.networks.map((n) => n.subnet),
    'cemi.mc': cemi((c) => hex(c.code, 2)),
    'cemi.sa': cemi((c) => (c.control < 0 ? undefined : hex(address(c.source), 4))),
    'cemi.da': cemi((c) => (c.control < 0 ? undefined : hex(address(c.destination), 4))),
    'cemi.prio': cemi((c) => (c.control < 0 ? undefined : (c.control >> 10) & 3)),
    'cemi.hc': cemi((c) => known(c.hops)),
    'cemi.len': cemi((c) => known(c.length)),
    'cemi.num': cemi((c) => known(c.number)),
    'cemi.pid': cemi((c) => known(c.property?.id ?? -1)),
    'cemi.n': cemi((c) => known(c.property?.count ?? -1)),
    // Where it begins: an element of a property, or an address in memory.
    'cemi.x': cemi((c) => (c.memory >= 0 ? hex(c.memory, 4) : known(c.property?.start ?? -1))),
    'cemi.ot': cemi((c) => (c.code >= 0xf0 ? known(c.property?.object ?? -1) : undefined)),
  },
});

export const tsharkRtps = frameMap<RtpsMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'rtps',
  columns: {
    // The prefixes that submessages name (INFO_DST) follow.
    'rtps.guidPrefix': { value: (s) => s.message.guidPrefix, only: (theirs) => theirs.split(',')[0] ?? '' },
    'rtps.vendorId': (s) => [
      hex(s.message.vendorId, 4),
      ...s.message.discovered.flatMap((d) => (d.vendor === 0 ? [] : [hex(d.vendor, 4)])),
    ],
    'rtps.sm.seqNumber': (s) =>
      s.message.submessages.flatMap((x) =>
        x.kind === 'HEARTBEAT'
          ? [x.first, x.last]
          : x.kind === 'ACKNACK'
            ? [x.first]
            : x.kind === 'GAP'
              ? [x.first, x.last + 1]
              : x.sequence > 0
                ? [x.sequence]
                : [],
      ),
    'rtps.heartbeat_count': (s) => s.message.submessages.flatMap((x) => (x.kind === 'HEARTBEAT' ? [x.count] : [])),
    'rtps.acknack.count': (s) => s.message.submessages.flatMap((x) => (x.kind === 'ACKNACK' ? [x.count] : [])),
    'rtps.data_frag.number': (s) => s.message.submessages.flatMap((x) => (x.kind === 'DATA_FRAG' ? [x.fragment] : [])),
    'rtps.data_frag.sample_size': (s) =>
      s.message.submessages.flatMap((x) => (x.kind === 'DATA_FRAG' ? [x.sampleSize] : [])),
    'rtps.guidPrefix.dst': (s) => s.message.submessages.flatMap((x) => (x.kind === 'INFO_DST' ? [x.prefix] : [])),
    // Of what is announced, and of what belongs to it.
    'rtps.param.topicName': (s) => [
      ...s.message.discovered.map((d) => d.topic),
      ...s.message.submessages.map((x) => x.topic.replace(/ \(.*/, '')),
    ],
    'rtps.param.partition': { value: (s) => s.message.discovered.flatMap((d) => d.partitions), whole: true },
    'rtps.sm.wrEntityId': (s) => s.message.submessages.flatMap((x) => (x.writerId === '' ? [] : [`0x${x.writerId}`])),
  },
});

export const tsharkSsh = frameMap<SshMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ssh',
  columns: {
    'ssh.protocol': {
      value: ({ message: m }) =>
        m.type === 'SSH identification'
          ? `SSH-${m.protocol}-${m.software}${m.comment === '' ? '' : ` ${m.comment}`}`
          : undefined,
      whole: true,
    },
  },
});

export const tsharkTftp = frameMap<TftpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'tftp',
  columns: {
    'tftp.opcode': ({ message: m }) =>
      [
        'TFTP read request',
        'TFTP write request',
        'TFTP data',
        'TFTP acknowledgment',
        'TFTP error',
        'TFTP option acknowledgment',
      ].indexOf(m.type) + 1,
    // Names of files are left out: tshark repeats them in all that follows a request, under one column or the other.
    'tftp.type': ({ message: m }) => (m.mode === '' ? undefined : m.mode),
    'tftp.block': ({ message: m }) =>
      m.type === 'TFTP data' || m.type === 'TFTP acknowledgment' ? m.number : undefined,
    'tftp.error.code': ({ message: m }) => (m.type === 'TFTP error' ? m.number : undefined),
  },
});

export const tsharkSyslog = frameMap<SyslogMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'syslog',
  columns: {
    'syslog.facility': (s) => s.message.facility,
    'syslog.level': (s) => s.message.severity,
  },
});

export const tsharkDcerpc = frameMap<RpcMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'dcerpc',
  columns: {
    'dcerpc.cn_call_id': (s) => s.message.callId,
    'dcerpc.cn_bind_to_uuid': (s) => s.message.contexts.map((c) => c.interface),
  },
});

const TRANSFER = 0x14;
/** Performatives of 1.0 (part 2 section 2.7) and of SASL (part 5 section 5.3.3) by their descriptor. */
const PERFORMATIVES: Readonly<Record<string, number>> = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: TRANSFER,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
};
/** Flows of version 1.0. */
const performing = new WeakMap<SeenCapture, ReadonlySet<number>>();
const performs = (capture: SeenCapture): ReadonlySet<number> => {
  const known = performing.get(capture);
  if (known !== undefined) return known;
  const found = new Set(
    capture.of<AmqpMessage>('amqp').flatMap((s) => (s.message.type === 'AMQP performative' ? [s.flow] : [])),
  );
  performing.set(capture, found);
  return found;
};
/** Of methods of 0-9-1 alone: version 1.0 has none. */
const method = (value: (m: Extract<AmqpMessage, { type: 'AMQP method' | 'AMQP performative' }>) => Cell) => ({
  value: (s: Seen<AmqpMessage>): Cell => (s.message.type === 'AMQP method' ? value(s.message) : undefined),
  whole: true,
});
const argument = (name: string) => method((m) => shown(m.fields[name]));
const header = (value: (m: Extract<AmqpMessage, { type: 'AMQP content header' }>) => Cell) => ({
  value: (s: Seen<AmqpMessage>): Cell => (s.message.type === 'AMQP content header' ? value(s.message) : undefined),
  whole: true,
});
const property = (name: string) => header((m) => shown(m.fields[name]));
/** Empty texts are not shown. */
const shown = (x: string | number | boolean | undefined): Cell =>
  x === '' ? undefined : typeof x === 'boolean' ? Number(x) : x;
export const tsharkAmqp = frameMap<AmqpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'amqp',
  columns: {
    // What a transfer carries is our message of it.
    'amqp.method.class': method((m) => m.classId),
    'amqp.method.method': method((m) => m.methodId),
    'amqp.method.arguments.version_major': argument('version-major'),
    'amqp.method.arguments.channel_max': argument('channel-max'),
    'amqp.method.arguments.frame_max': argument('frame-max'),
    'amqp.method.arguments.heartbeat': argument('heartbeat'),
    'amqp.method.arguments.mechanism': argument('mechanism'),
    'amqp.method.arguments.virtual_host': argument('virtual-host'),
    'amqp.method.arguments.reply_code': argument('reply-code'),
    'amqp.method.arguments.reply_text': argument('reply-text'),
    'amqp.method.arguments.queue': argument('queue'),
    'amqp.method.arguments.exchange': argument('exchange'),
    'amqp.method.arguments.destination': argument('destination'),
    'amqp.method.arguments.source': argument('source'),
    'amqp.method.arguments.routing_key': argument('routing-key'),
    'amqp.method.arguments.consumer_tag': argument('consumer-tag'),
    'amqp.method.arguments.delivery_tag': argument('delivery-tag'),
    'amqp.method.arguments.message_count': argument('message-count'),
    'amqp.method.arguments.consumer_count': argument('consumer-count'),
    'amqp.method.arguments.prefetch_size': argument('prefetch-size'),
    'amqp.method.arguments.prefetch_count': argument('prefetch-count'),
    'amqp.method.arguments.durable': argument('durable'),
    'amqp.method.arguments.exclusive': argument('exclusive'),
    'amqp.method.arguments.auto_delete': argument('auto-delete'),
    'amqp.method.arguments.no_ack': argument('no-ack'),
    'amqp.method.arguments.multiple': argument('multiple'),
    'amqp.method.arguments.requeue': argument('requeue'),
    'amqp.header.class': header((m) => m.classId),
    'amqp.header.body-size': header((m) => m.bodySize),
    'amqp.method.properties.content_type': property('content-type'),
    'amqp.method.properties.delivery_mode': property('delivery-mode'),
    'amqp.method.properties.priority': property('priority'),
    'amqp.method.properties.correlation_id': property('correlation-id'),
    'amqp.method.properties.reply_to': property('reply-to'),
    'amqp.method.properties.expiration': property('expiration'),
    'amqp.method.properties.message_id': property('message-id'),
    'amqp.method.properties.user_id': property('user-id'),
    'amqp.method.properties.app_id': property('app-id'),
    'amqp.performative': (s, capture) =>
      s.message.type === 'AMQP performative'
        ? PERFORMATIVES[s.message.name]
        : s.message.type === 'AMQP content' && performs(capture).has(s.flow)
          ? TRANSFER
          : undefined,
  },
});

export const tsharkRdp = frameMap<RdpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'rdp',
  columns: {
    'rdp.negReq.requestedProtocols': ({ message: m }) =>
      m.type === 'RDP connection request' && m.requested !== undefined ? hex(m.requested, 8) : undefined,
    'rdp.rt_cookie': {
      value: ({ message: m }) =>
        m.type === 'RDP connection request' && m.user !== undefined ? `Cookie: mstshash=${m.user}` : undefined,
      whole: true,
    },
    'rdp.client.name': ({ message: m }) => (m.type === 'RDP client data' ? m.clientName : undefined),
  },
});

const said = (name: string) => ({
  value: (s: Seen<RecognisedMessage>): Cell => {
    const x = s.message.fields[name];
    return x === undefined || x === '' || typeof x === 'boolean' ? undefined : x;
  },
  whole: true,
});
export const tsharkSip = frameMap<RecognisedMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'sip',
  columns: {
    'sip.Method': said('method'),
    'sip.r-uri': said('uri'),
    'sip.Status-Code': said('status'),
    'sip.CSeq.seq': said('sequence'),
    'sip.CSeq.method': said('sequenceMethod'),
    'sip.Call-ID': said('callId'),
    'sip.from.addr': said('from'),
    'sip.to.addr': said('to'),
    'sip.contact.uri': said('contact'),
    'sip.User-Agent': {
      value: (s) => (s.message.type === 'SIP request' ? said('software').value(s) : undefined),
      whole: true,
    },
    'sip.auth.username': {
      value: (s) => (s.message.fields.user === '' ? undefined : `"${s.message.fields.user}"`),
      whole: true,
    },
  },
});
