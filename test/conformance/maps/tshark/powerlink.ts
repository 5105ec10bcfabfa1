/** tshark's epl.* columns. */
import type { PowerlinkMessage } from '../../../../src/decode/powerlink/index.ts';
import { frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

type M = Seen<PowerlinkMessage>;
const KIND = { SOC: 1, PREQ: 3, PRES: 4, SOA: 5, ASND: 6 } as const;
const SERVICE = { IDENT: 1, STATUS: 2, NMT_COMMAND: 4 } as const;

const of =
  (kind: number, read: (m: PowerlinkMessage) => number | boolean | undefined) =>
  (s: M): number | boolean | undefined =>
    s.message.kind === kind ? read(s.message) : undefined;
const asnd = (service: number, read: (m: PowerlinkMessage) => number | boolean | string | undefined) => (s: M) =>
  s.message.kind === KIND.ASND && s.message.service === service ? read(s.message) : undefined;
type Ident = NonNullable<PowerlinkMessage['ident']>;
const ident = (read: (i: Ident) => number | string) => asnd(SERVICE.IDENT, (m) => m.ident && read(m.ident));
type Sdo = NonNullable<PowerlinkMessage['sdo']>;
const sdo = (read: (x: Sdo) => number | string | undefined) => (s: M) => s.message.sdo && read(s.message.sdo);
const command = (read: (x: Sdo) => number | string | undefined) => sdo((x) => (x.command > 0 ? read(x) : undefined));
const isBare = (x: Sdo): boolean => x.isResponse && x.segmentSize === 0;

export const tsharkPowerlink = frameMap<PowerlinkMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'powerlink',
  columns: {
    'epl.mtyp': (s) => s.message.kind,
    'epl.dest': (s) => s.message.destination,
    'epl.src': (s) => s.message.source,
    'epl.soc.mc': of(KIND.SOC, (m) => (m.flags & 0x80) !== 0),
    'epl.soc.ps': of(KIND.SOC, (m) => (m.flags & 0x40) !== 0),
    'epl.soc.relativetime': of(KIND.SOC, (m) => m.relativeUs),
    'epl.preq.ms': of(KIND.PREQ, (m) => (m.flags & 0x20) !== 0),
    'epl.preq.ea': of(KIND.PREQ, (m) => (m.flags & 4) !== 0),
    'epl.preq.rd': of(KIND.PREQ, (m) => (m.flags & 1) !== 0),
    'epl.preq.size': of(KIND.PREQ, (m) => m.size),
    'epl.pres.stat': (s) => (s.message.kind === KIND.PRES ? hex(s.message.state, 2) : undefined),
    'epl.pres.ms': of(KIND.PRES, (m) => (m.flags & 0x20) !== 0),
    'epl.pres.en': of(KIND.PRES, (m) => (m.flags & 0x10) !== 0),
    'epl.pres.rd': of(KIND.PRES, (m) => (m.flags & 1) !== 0),
    'epl.pres.pr': of(KIND.PRES, (m) => (m.requests >> 3) & 7),
    'epl.pres.rs': of(KIND.PRES, (m) => m.requests & 7),
    'epl.pres.size': of(KIND.PRES, (m) => m.size),
    'epl.soa.stat': (s) => (s.message.kind === KIND.SOA ? hex(s.message.state, 2) : undefined),
    'epl.soa.ea': of(KIND.SOA, (m) => (m.flags & 4) !== 0),
    'epl.soa.er': of(KIND.SOA, (m) => (m.flags & 2) !== 0),
    'epl.soa.svid': of(KIND.SOA, (m) => m.service),
    'epl.soa.svtg': of(KIND.SOA, (m) => m.target),
    'epl.asnd.svid': (s) => (s.message.kind === KIND.ASND ? hex(s.message.service, 2) : undefined),
    'epl.asnd.ires.en': asnd(SERVICE.IDENT, (m) => (m.flags & 0x10) !== 0),
    'epl.asnd.ires.ec': asnd(SERVICE.IDENT, (m) => (m.flags & 8) !== 0),
    'epl.asnd.ires.pr': asnd(SERVICE.IDENT, (m) => (m.requests >> 3) & 7),
    'epl.asnd.ires.rs': asnd(SERVICE.IDENT, (m) => m.requests & 7),
    'epl.asnd.ires.state': asnd(SERVICE.IDENT, (m) => hex(m.state, 2)),
    'epl.asnd.ires.features': ident((i) => hex(i.features, 8)),
    'epl.asnd.ires.mtu': ident((i) => i.mtu),
    'epl.asnd.ires.pollinsize': ident((i) => i.pollInSize),
    'epl.asnd.ires.polloutsizes': ident((i) => i.pollOutSize),
    'epl.asnd.ires.resptime': ident((i) => i.responseTimeNs),
    'epl.asnd.ires.devicetype': ident((i) => hex(i.deviceType & 0xffff, 4)),
    'epl.asnd.ires.vendorid': ident((i) => i.vendorId),
    'epl.asnd.ires.productcode': ident((i) => i.productCode),
    'epl.asnd.ires.revisionno': ident((i) => i.revision),
    'epl.asnd.ires.serialno': ident((i) => i.serial),
    'epl.asnd.ires.confdate': ident((i) => i.configurationDate),
    'epl.asnd.ires.conftime': ident((i) => i.configurationTime),
    'epl.asnd.ires.appswdate': ident((i) => i.softwareDate),
    'epl.asnd.ires.appswtime': ident((i) => i.softwareTime),
    'epl.asnd.ires.ip': ident((i) => i.ip),
    'epl.asnd.ires.subnet': ident((i) => i.netmask),
    'epl.asnd.ires.gateway': ident((i) => i.gateway),
    'epl.asnd.ires.hostname': ident((i) => i.hostName),
    'epl.asnd.sres.en': asnd(SERVICE.STATUS, (m) => (m.flags & 0x10) !== 0),
    'epl.asnd.sres.ec': asnd(SERVICE.STATUS, (m) => (m.flags & 8) !== 0),
    'epl.asnd.sres.pr': asnd(SERVICE.STATUS, (m) => (m.requests >> 3) & 7),
    'epl.asnd.sres.rs': asnd(SERVICE.STATUS, (m) => m.requests & 7),
    'epl.asnd.sres.stat': asnd(SERVICE.STATUS, (m) => hex(m.state, 2)),
    // The entry that ends the history is one to tshark.
    'epl.asnd.sres.el.entry.code': (s) =>
      s.message.kind === KIND.ASND && s.message.service === SERVICE.STATUS
        ? [...s.message.errors.map((e) => e.code), 0]
        : [],
    'epl.asnd.nmtcommand.cid': asnd(SERVICE.NMT_COMMAND, (m) => hex(m.nmtCommand, 2)),
    'epl.asnd.nmtrequest.rcid': asnd(3, (m) => hex(m.nmtCommand, 2)),
    'epl.asnd.nmtrequest.rct': asnd(3, (m) => m.target),
    'epl.asnd.sdo.seq.receive.sequence.number': sdo((x) => x.receiveSequence),
    'epl.asnd.sdo.seq.receive.con': sdo((x) => x.receiveState),
    'epl.asnd.sdo.seq.send.sequence.number': sdo((x) => x.sendSequence),
    'epl.asnd.sdo.seq.send.con': sdo((x) => x.sendState),
    'epl.asnd.sdo.cmd.transaction.id': command((x) => x.transaction),
    'epl.asnd.sdo.cmd.response': command((x) => Number(x.isResponse)),
    'epl.asnd.sdo.cmd.abort': command((x) => Number(x.isAbort)),
    'epl.asnd.sdo.cmd.segmentation': command((x) => x.segmentation),
    // Of an answer without data tshark shows no more than that it is one.
    'epl.asnd.sdo.cmd.command.id': command((x) => (isBare(x) ? undefined : x.command)),
    'epl.asnd.sdo.cmd.segment.size': command((x) => (isBare(x) ? undefined : x.segmentSize)),
    'epl.asnd.sdo.cmd.data.index': command((x) => (x.index < 0 ? undefined : hex(x.index, 4))),
    'epl.asnd.sdo.cmd.data.subindex': command((x) => (x.index < 0 ? undefined : hex(x.subindex, 2))),
  },
});
