/** Zeek's ssh.log: a row per connection, what both sides said before they encrypted. */
import { negotiated, type SshBanner, type SshKexInit, type SshMessage } from '../../../../src/decode/ssh/wire.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

interface Row {
  readonly seen: Seen;
  readonly all: readonly SshMessage[];
}
const banner = (r: Row, fromClient: boolean): SshBanner | undefined =>
  r.all.find((m): m is SshBanner => m.type === 'SSH identification' && m.fromClient === fromClient);
const line = (b: SshBanner | undefined): Cell =>
  b && `SSH-${b.protocol}-${b.software}${b.comment === '' ? '' : ` ${b.comment}`}`;
const offer = (r: Row, fromClient: boolean): SshKexInit | undefined =>
  r.all.find((m): m is SshKexInit => m.type === 'SSH key exchange' && m.fromClient === fromClient);
const agreed = (list: (m: SshKexInit) => string) => (r: Row) => {
  const [client, server] = [offer(r, true), offer(r, false)];
  return client && server && negotiated(list(client), list(server));
};

export const zeekSsh = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'ssh',
  log: 'ssh',
  rows: (capture) => {
    const rows = new Map<number, { seen: Seen; all: SshMessage[] }>();
    for (const s of capture.of<SshMessage>('ssh')) {
      const row = rows.get(s.flow);
      if (row) row.all.push(s.message);
      else rows.set(s.flow, { seen: s, all: [s.message] });
    }
    return [...rows.values()];
  },
  columns: {
    version: (r) => (banner(r, false) ?? banner(r, true))?.protocol[0],
    client: (r) => line(banner(r, true)),
    server: (r) => line(banner(r, false)),
    kex_alg: agreed((m) => m.kex),
    host_key_alg: agreed((m) => m.hostKey),
    cipher_alg: agreed((m) => m.cipherUp),
    mac_alg: agreed((m) => m.macUp),
    compression_alg: agreed((m) => m.compressionUp),
    host_key: (r) => {
      const key = r.all.find((m) => m.type === 'SSH host key');
      return key?.type === 'SSH host key' ? key.md5 : undefined;
    },
  },
});
