/** Zeek's ssl.log: a row per connection of TLS. What was agreed; DTLS is recognised by us, not read. */
import { cipherName, groupName } from '../../../../src/decode/tls/registry.ts';
import type { CertificateMessage, ClientHello, ServerHello, TlsMessage } from '../../../../src/decode/tls/wire.ts';
import { rowMap, type Seen } from '../../types.ts';

interface Row {
  readonly seen: Seen;
  readonly all: readonly TlsMessage[];
}
const VERSIONS: Readonly<Record<number, string>> = {
  2: 'SSLv2',
  768: 'SSLv3',
  769: 'TLSv10',
  770: 'TLSv11',
  771: 'TLSv12',
  772: 'TLSv13',
};
const versionText = (v: number): string => VERSIONS[v] ?? (v >> 8 === 0x7f ? `TLSv13-draft${v & 255}` : `unknown-${v}`);
const client = (r: Row): ClientHello | undefined =>
  r.all.find((m): m is ClientHello => m.type === 'ClientHello' && m.serverName !== undefined) ??
  r.all.find((m): m is ClientHello => m.type === 'ClientHello');
/** The answer that counts: behind a request to say hello again there is another. */
const server = (r: Row): ServerHello | undefined => {
  const hellos = r.all.filter((m): m is ServerHello => m.type === 'ServerHello');
  return hellos.find((m) => !m.retry) ?? hellos[0];
};
const leaf = (r: Row) =>
  r.all.find((m): m is CertificateMessage => m.type === 'Certificate' && !m.fromClient)?.chain[0] ??
  r.all.find((m) => m.type === 'OldServerHello')?.certificate;
/** Cipher kinds of SSL 2.0 as Zeek writes them. */
const oldCipher = (r: Row): string | undefined => {
  const key = r.all.find((m) => m.type === 'OldMasterKey');
  return key && cipherName(key.kind).replace(/^SSL_/, 'SSLv20_');
};
const leafOfClient = (r: Row) =>
  r.all.find((m): m is CertificateMessage => m.type === 'Certificate' && m.fromClient)?.chain[0];
/** Names of the parts of a name differ from library to library; the text of the first part is what people read. */
const firstPart = (name: string): string =>
  name
    .replace(/\\\\?,/g, ';')
    .replace(/\\(.)/g, '$1')
    .split(',')[0]!;
const sameName = (ours: string, theirs: string): boolean => firstPart(ours) === firstPart(theirs);

export const zeekSsl = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'tls',
  log: 'ssl',
  skip: (row) => row.version?.startsWith('DTLS') === true,
  rows: (capture, log) => {
    const rows = new Map<number, { seen: Seen; all: TlsMessage[] }>();
    // Zeek writes no row of a handshake that it gave up, and does not say which: those are not judged.
    const written = new Set(log.rows.map((r) => `${r['id.orig_h']} ${r['id.orig_p']}`));
    const known = (s: Seen): boolean =>
      written.has(`${s.sender} ${s.senderPort}`) || written.has(`${s.receiver} ${s.receiverPort}`);
    // What another protocol carries (QUIC) is no connection of its own for Zeek.
    for (const s of capture.of<TlsMessage>('tls').filter((m) => m.carrier !== 'quic' && known(m))) {
      const row = rows.get(s.flow);
      if (row) row.all.push(s.message);
      else rows.set(s.flow, { seen: s, all: [s.message] });
    }
    return [...rows.values()];
  },
  columns: {
    version: (r) => {
      const v = server(r)?.version ?? r.all.find((m) => m.type === 'OldServerHello')?.version;
      return v === undefined ? undefined : versionText(v);
    },
    cipher: (r) => (server(r) ? cipherName(server(r)!.cipher) : oldCipher(r)),
    server_name: (r) => client(r)?.serverName,
    curve: {
      value: (r) => {
        const key = r.all.find((m) => m.type === 'ServerKeyExchange');
        const group = key?.type === 'ServerKeyExchange' ? key.group : server(r)?.group;
        return group === undefined ? undefined : groupName(group);
      },
      // Zeek 3 does not know how the drafts of TLS 1.3 wrote it.
      complete: false,
    },
    next_protocol: (r) => server(r)?.alpn,
    // Zeek says certificates of handshakes that went through.
    subject: { value: (r) => leaf(r)?.subject, same: sameName, whole: true, complete: false },
    issuer: { value: (r) => leaf(r)?.issuer, same: sameName, whole: true, complete: false },
    client_subject: { value: (r) => leafOfClient(r)?.subject, same: sameName, whole: true, complete: false },
    client_issuer: { value: (r) => leafOfClient(r)?.issuer, same: sameName, whole: true, complete: false },
  },
});
