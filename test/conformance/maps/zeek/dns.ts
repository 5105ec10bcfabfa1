/** Zeek's dns.log: DNS, LLMNR and NetBIOS names; a row per question, joined with its answer. Times are left out. */
import type { DnsMessage, DnsRecord } from '../../../../src/decode/dns/wire.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}
interface Row {
  readonly seen: Seen;
  readonly request: DnsMessage | Nbns | undefined;
  readonly response: DnsMessage | Nbns | undefined;
  readonly question: Question | undefined;
}
interface NetbiosName {
  readonly name: string;
  readonly suffix: number;
}
interface Nbns {
  readonly type: 'NBNS request' | 'NBNS response';
  readonly id: number;
  readonly recursionDesired: boolean;
  readonly response: boolean;
  readonly broadcast: boolean;
  readonly rcode: number;
  readonly questions: readonly { readonly name: NetbiosName; readonly recordType: number }[];
}
const isNbns = (m: DnsMessage | Nbns | undefined): m is Nbns => m?.type.startsWith('NBNS') === true;

const QTYPES: Record<number, string> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  10: 'NULL',
  11: 'WKS',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  17: 'RP',
  18: 'AFSDB',
  24: 'SIG',
  25: 'KEY',
  28: 'AAAA',
  29: 'LOC',
  32: 'NB',
  33: 'SRV',
  35: 'NAPTR',
  36: 'KX',
  37: 'CERT',
  38: 'A6',
  39: 'DNAME',
  41: 'EDNS0',
  43: 'DS',
  44: 'SSHFP',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  99: 'SPF',
  249: 'TKEY',
  250: 'TSIG',
  251: 'IXFR',
  252: 'AXFR',
  255: '*',
  256: 'URI',
  257: 'CAA',
};
const RCODES: Record<number, string> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  6: 'YXDOMAIN',
  7: 'YXRRSET',
  8: 'NXRRSET',
  9: 'NOTAUTH',
  10: 'NOTZONE',
};
const OPCODES: Record<number, string> = { 0: 'query', 1: 'iquery', 2: 'status', 4: 'notify', 5: 'update' };

/** Zeek prints large numbers with seven digits. */
const nearly = (ours: string, theirs: string): boolean =>
  theirs.includes('e') && Math.abs(Number(theirs) / Number(ours) - 1) < 1e-6;

/** Names are the same whatever their case (RFC 1035 2.3.3); octets beyond ASCII are escaped by the peer and read as UTF-8 by us. */
const ascii = (name: string): string =>
  name
    .replace(/\\x[0-9a-f]{2}/g, '')
    .replace(/[^!-~]/g, '')
    .toLowerCase();
/** Octets that the peer escapes, as we print them: a dot for those that control. */
const printed = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/gi, (_, h: string) => {
    const octet = Number.parseInt(h, 16);
    return octet < 0x20 ? '.' : String.fromCharCode(octet);
  });
const sameName = (ours: string, theirs: string): boolean => ascii(ours) === ascii(theirs);

const firstQuestion = (m: DnsMessage | Nbns | undefined): Question | undefined => {
  if (m === undefined) return undefined;
  if (isNbns(m)) {
    const q = m.questions[0];
    return q && { name: q.name.name, type: q.recordType, class: 1 };
  }
  return m.questions[0];
};
/** Of an answer to nothing Zeek keeps the name of its first record only. */
const rowOf = (seen: Seen, request: Row['request'], response: Row['response']): Row => ({
  seen,
  request,
  response,
  question: firstQuestion(request),
});
const answerText = (r: DnsRecord): string => {
  // What we do not read is `\\# length octets` (RFC 3597).
  const raw = /^\\# \d+ ([0-9a-f]*)/.exec(r.data)?.[1];
  if (raw !== undefined) {
    const octet = (i: number): number => Number.parseInt(raw.slice(2 * i, 2 * i + 2), 16);
    if (r.type === 46) return `RRSIG ${octet(0) * 256 + octet(1)} ${r.name}`;
    if (r.type === 48) return `DNSKEY ${octet(3)}`;
    if (r.type === 43) return `DS ${octet(2)} ${octet(3)}`;
    return `<unknown type=${r.type}>`;
  }
  if (r.type === 16 || r.type === 99) {
    const word = r.type === 16 ? 'TXT' : 'SPF';
    return (r.texts ?? []).map((t) => `${word} ${t.length} ${t}`).join(' ');
  }
  // Of a zone's data the name of its first server.
  if (r.type === 6) return r.data.split(' ')[0]!;
  return r.target ?? r.data;
};
/** Reserved, authentic data, checking disabled; of names of NetBIOS the last bit says that the request was broadcast (RFC 1002 4.2.1.1). */
const zOf = (m: DnsMessage | Nbns | undefined): Cell =>
  m === undefined ? undefined : isNbns(m) ? Number(m.broadcast) : m.z;
/** CAA: Zeek knows the type and its script passes over it. */
const UNSAID = new Set([257]);
const answers = (r: Row): readonly DnsRecord[] =>
  r.response === undefined || isNbns(r.response) ? [] : r.response.answers.filter((a) => !UNSAID.has(a.type));
/** Answers with a question and no record at all, or without a question and with an error. */
const rejected = (m: DnsMessage | Nbns | undefined): boolean => {
  if (m === undefined || isNbns(m)) return m !== undefined && m.rcode !== 0;
  if (m.questions.length === 0) return m.rcode !== 0;
  return m.answers.length + m.authorities.length + m.additionals.length === 0;
};
const flag = (
  m: DnsMessage | Nbns | undefined,
  name: 'authoritative' | 'truncated' | 'recursionDesired' | 'recursionAvailable',
): boolean => m !== undefined && (isNbns(m) ? name === 'recursionDesired' && m.recursionDesired : m[name]);

export const zeekDns = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'dns',
  log: 'dns',
  // Every mDNS message has id 0 and answers go to the group: Zeek joins what does not belong together.
  skip: (row) => row['id.resp_p'] === '5353' || row['id.orig_p'] === '5353',
  sortBy: ['trans_id', 'qtype', 'query', 'rcode', 'AA'],
  rows: (capture) => {
    // A frame that repeats another is decoded once, by the first.
    const copies = new Map<number, number>();
    for (let f = 1; f <= capture.frames; f++) {
      const of = capture.repeatOf(f);
      if (of > 0) copies.set(of, (copies.get(of) ?? 0) + 1);
    }
    const own = new Set(['dns', 'llmnr', 'nbns'].flatMap((p) => capture.of(p)).map((s) => s.frame));
    for (let f = 1; f <= capture.frames; f++)
      if (own.has(f) && capture.repeatOf(f) > 0) copies.set(capture.repeatOf(f), copies.get(capture.repeatOf(f))! - 1);
    const copiesOf = (s: Seen | undefined): number => (s?.carrier === 'udp' ? (copies.get(s.frame) ?? 0) : 0);
    return ['dns', 'llmnr', 'nbns']
      .flatMap((p) => capture.transactions<DnsMessage>(p))
      .flatMap((t): Row[] => {
        const first = t.request?.message;
        const single = first?.response === true;
        const request = (single ? undefined : first) as DnsMessage | Nbns | undefined;
        const response = t.response?.message ?? (single ? first : undefined);
        // Zeek does not join NetBIOS answers with their questions, except those of a status request.
        if (isNbns(request) && response !== undefined && request.questions[0]?.recordType !== 33)
          return [rowOf(t.request!, request, undefined), rowOf(t.response!, undefined, response)];
        const asked = single ? undefined : t.request;
        const answered = t.response ?? (single ? t.request : undefined);
        // Zeek joins the copies of a mirror as they come: those of a question and those of its answer make rows of their own.
        const questions = copiesOf(asked);
        const answers = copiesOf(answered);
        const rows = [rowOf((asked ?? answered)!, request, response)];
        for (let i = 0; i < Math.max(questions, answers); i++)
          rows.push(
            rowOf(
              (i < questions ? asked : answered)!,
              i < questions ? request : undefined,
              i < answers ? response : undefined,
            ),
          );
        return rows;
      });
  },
  columns: {
    trans_id: (r) => (r.request ?? r.response)?.id,
    query: { value: (r) => r.question?.name ?? answers(r)[0]?.name, same: sameName },
    qclass: (r) => r.question?.class,
    qclass_name: (r) =>
      r.question === undefined
        ? undefined
        : r.question.class === 1
          ? 'C_INTERNET'
          : r.question.class === 255
            ? 'C_ANY'
            : `qclass-${r.question.class}`,
    qtype: (r) => r.question?.type,
    qtype_name: (r) =>
      r.question === undefined
        ? undefined
        : isNbns(r.request) && r.question.type === 33
          ? 'NBSTAT'
          : (QTYPES[r.question.type] ?? `query-${r.question.type}`),
    rcode: (r) => r.response?.rcode,
    rcode_name: (r) =>
      r.response === undefined ? undefined : (RCODES[r.response.rcode] ?? `rcode-${r.response.rcode}`),
    // Zeek looks at these with the first record of an answer.
    AA: (r) => answers(r).length > 0 && flag(r.response, 'authoritative'),
    TC: (r) => flag(r.request, 'truncated'),
    RD: (r) => flag(r.request, 'recursionDesired'),
    RA: (r) => answers(r).length > 0 && flag(r.response, 'recursionAvailable'),
    // As the request says; without one Zeek writes 0.
    Z: (r) => zOf(r.request) ?? 0,
    answers: {
      value: (r): Cell => answers(r).map(answerText),
      list: true,
      // The signer of a signature is not in our text; names are compared without case.
      same: (ours, theirs) =>
        ours.toLowerCase() === printed(theirs).toLowerCase() ||
        (/^RRSIG \d+ /.test(ours) && theirs.startsWith(ours.split(' ').slice(0, 2).join(' '))),
    },
    TTLs: { value: (r) => answers(r).map((a) => a.ttl.toFixed(6)), list: true, same: nearly },
    rejected: (r) => rejected(r.response),
    opcode: (r) => (isNbns(r.request ?? r.response) ? undefined : (r.request as DnsMessage | undefined)?.opcode),
    opcode_name: (r) =>
      isNbns(r.request ?? r.response) ? undefined : OPCODES[(r.request as DnsMessage | undefined)?.opcode ?? 0],
  },
});
