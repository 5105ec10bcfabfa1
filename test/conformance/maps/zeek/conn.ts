/**
 * Zeek's conn.log: connections of TCP and UDP. Zeek ends a connection after a pause of its own choice (a minute without a
 * datagram, five without a segment) where we go on, so rows of the same two ends are added up on both sides.
 */
import { direction } from '../../copies.ts';
import { type PeerLog, rowMap, type Seen, type SeenCapture } from '../../types.ts';

type Flow = SeenCapture['flows'][number];
interface Row {
  readonly seen: Seen;
  readonly flows: readonly Flow[];
  /** Our decoder's name; of the other side of an address translator that of the flow it repeats. */
  readonly service: string;
}

const key = (proto: string, a: string, ap: string | number, b: string, bp: string | number): string => {
  const [x, y] = [`${a} ${ap}`, `${b} ${bp}`];
  return x < y ? `${proto} ${x} ${y}` : `${proto} ${y} ${x}`;
};
/** Who of two ends is written first: the lower, since not everybody agrees on who asked. */
const isLower = (a: string, ap: string | number, b: string, bp: string | number): boolean =>
  `${a} ${ap}` <= `${b} ${bp}`;
/** States of a connection that is over. */
const ENDED = new Set(['SF', 'REJ', 'RSTO', 'RSTR', 'RSTOS0', 'RSTRH']);
/** Both sides sent, or which one. */
const bothWays = (orig: number, resp: number): string => (orig > 0 && resp > 0 ? 'both' : 'one');

/**
 * One row for each pair of ends. `orig_pkts` are those of the lower end, `resp_pkts` those of the higher; the state of TCP is
 * that of the last connection, that of UDP says whether both spoke; services are all that were found.
 */
const merged = (log: PeerLog): PeerLog => {
  const rows = new Map<string, Record<string, string>>();
  for (const r of log.rows) {
    if (r.proto !== 'tcp' && r.proto !== 'udp') continue;
    const ends = [r['id.orig_h'] ?? '', r['id.orig_p'] ?? '', r['id.resp_h'] ?? '', r['id.resp_p'] ?? ''] as const;
    const k = key(r.proto, ...ends);
    // A `^` behind other letters: Zeek turned the connection round and left its counts.
    const turned = /[a-z]\^/i.test(r.history ?? '');
    const [a, b] = isLower(...ends) !== turned ? [r.orig_pkts, r.resp_pkts] : [r.resp_pkts, r.orig_pkts];
    const one = rows.get(k);
    const row: Record<string, string> = {
      ...r,
      orig_pkts: String(Number(one?.orig_pkts ?? 0) + Number(a)),
      resp_pkts: String(Number(one?.resp_pkts ?? 0) + Number(b)),
      service: [one?.service, r.service].filter((x) => x !== undefined).join(','),
    };
    // What still comes behind the end of a connection opens no other.
    if (one && ENDED.has(one.conn_state ?? '') && !/s/i.test(r.history ?? '')) row.conn_state = one.conn_state!;
    if (r.proto === 'udp') row.conn_state = bothWays(Number(row.orig_pkts), Number(row.resp_pkts));
    rows.set(k, row);
  }
  return { ...log, rows: [...rows.values()] };
};

/** Our decoders by the names of Zeek's analyzers and of its plug-ins; of the others Zeek knows nothing. */
const SERVICES: Readonly<Record<string, string>> = {
  bacnet: 'bacnet',
  bsap: 'bsap',
  c1222: 'c1222',
  'cip-io': 'cip',
  cotp: 'cotp',
  dcerpc: 'dce_rpc',
  dhcp: 'dhcp',
  dnp3: 'dnp3',
  dns: 'dns',
  dtls: 'ssl',
  enip: 'enip',
  ethercat: 'ethercat',
  fins: 'omron_fins',
  ftp: 'ftp',
  genisys: 'genisys',
  'hart-ip': 'hart_ip',
  http: 'http',
  kerberos: 'krb',
  ldap: 'ldap',
  llmnr: 'dns',
  mdns: 'dns',
  mms: 'cotp',
  modbus: 'modbus',
  mqtt: 'mqtt',
  nbns: 'dns',
  ntp: 'ntp',
  opcua: 'opcua-binary',
  'profinet-cm': 'profinet_io_cm',
  radius: 'radius',
  rdp: 'rdp',
  'roc-plus': 'roc_plus',
  s7comm: 's7comm',
  's7comm-plus': 's7comm-plus',
  sip: 'sip',
  smb: 'smb',
  snmp: 'snmp',
  srtp: 'ge_srtp',
  ssh: 'ssh',
  synchrophasor: 'synchrophasor',
  syslog: 'syslog',
  tls: 'ssl',
  vnc: 'rfb',
  websocket: 'http',
};

/** Names that its plug-ins have for the same. */
const ALSO: Readonly<Record<string, string>> = { dtls: 'ssl', ecat: 'ethercat', opcua_binary: 'opcua-binary' };
/** One name of Zeek's: plug-ins made with Spicy say so, and most say over what they run. */
const plain = (name: string): string => {
  const bare = name.replace(/^spicy_/, '').replace(/_(tcp|udp)$/, '');
  return ALSO[bare] ?? bare;
};

/** What Zeek's states say in our words; those of connections that were joined late or left early fit several. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  closed: ['SF'],
  rejected: ['REJ', 'RSTOS0', 'RSTRH'],
  reset: ['RSTO', 'RSTR', 'RSTRH', 'RSTOS0'],
  established: ['S1', 'S2', 'S3', 'OTH', 'SH', 'SHR'],
  new: ['S0', 'OTH', 'SH', 'SHR'],
};
/** Packets of one end as Zeek counts them: each copy of a mirror, too. `ours` are those that we counted. */
const withCopies = (ours: number, from: 'lower' | 'higher', r: Row, { copies }: SeenCapture): number => {
  const f = r.flows[0]!;
  const client = [f.clientAddress, f.clientPort] as const;
  const server = [f.serverAddress, f.serverPort] as const;
  const clientSends = lower(f) === (from === 'lower');
  const name = clientSends
    ? direction(f.transport, ...client, ...server)
    : direction(f.transport, ...server, ...client);
  return ours + (copies.get(name) ?? 0);
};
const lower = (f: Flow): boolean => isLower(f.clientAddress, f.clientPort, f.serverAddress, f.serverPort);
const sum = (r: Row, of: (f: Flow) => number): number => r.flows.reduce((n, f) => n + of(f), 0);
const ofLower = (r: Row): number => sum(r, (f) => (lower(f) ? f.clientPackets : f.serverPackets));
const ofHigher = (r: Row): number => sum(r, (f) => (lower(f) ? f.serverPackets : f.clientPackets));

export const zeekConn = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'flows',
  log: 'conn',
  merge: merged,
  rows: (capture) => {
    const rows = new Map<string, Flow[]>();
    for (const f of capture.flows) {
      if (f.transport !== 'tcp' && f.transport !== 'udp') continue;
      const k = key(f.transport, f.clientAddress, f.clientPort, f.serverAddress, f.serverPort);
      const list = rows.get(k);
      if (list) list.push(f);
      else rows.set(k, [f]);
    }
    const bySerial = new Map(capture.flows.map((f) => [f.flow, f]));
    const service = (f: Flow): string => f.service || (bySerial.get(capture.aliases.get(f.flow) ?? -1)?.service ?? '');
    return [...rows.values()].map((flows) => ({
      flows,
      seen: seenOf(flows[0]!),
      service: flows.map(service).find((s) => s !== '') ?? '',
    }));
  },
  columns: {
    orig_pkts: (r, c) => withCopies(ofLower(r), 'lower', r, c),
    resp_pkts: (r, c) => withCopies(ofHigher(r), 'higher', r, c),
    service: {
      value: (r) => SERVICES[r.service],
      same: (ours, theirs) => theirs.split(',').some((t) => plain(t) === ours || (ours === 'cip' && t === 'enip')),
      // Zeek says what its analyzer read to the end, we also what we recognise.
      complete: false,
    },
    conn_state: {
      value: (r) => (r.flows[0]!.transport === 'udp' ? bothWays(ofLower(r), ofHigher(r)) : r.flows.at(-1)!.tcpState),
      same: (ours, theirs) => STATES[ours]?.includes(theirs) === true,
    },
  },
});

/** Enough of a message for the rows to be found by their ends. */
const seenOf = (f: Flow): Seen =>
  ({
    sender: f.clientAddress,
    senderPort: f.clientPort,
    receiver: f.serverAddress,
    receiverPort: f.serverPort,
    message: { type: 'flow' },
  }) as Seen;
