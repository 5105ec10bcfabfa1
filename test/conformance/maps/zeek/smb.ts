/** Zeek's ntlm.log and smb_mapping.log: who logs in where, and which shares are opened. */
import type { Ntlm } from '../../../../src/decode/shared/ntlm.ts';
import type { SmbMessage } from '../../../../src/decode/smb/wire.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

interface Login {
  readonly seen: Seen;
  readonly steps: Ntlm[];
}
const step = <S extends Ntlm['step']>(r: Login, name: S): Extract<Ntlm, { step: S }> | undefined =>
  r.steps.find((n): n is Extract<Ntlm, { step: S }> => n.step === name);
const orUnset = (text: string | undefined): Cell => (text === '' ? undefined : text);

/** A row per connection, with its first login. */
export const zeekNtlm = rowMap<Login>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'smb',
  log: 'ntlm',
  rows: (capture) => {
    const rows = new Map<number, Login>();
    for (const s of capture.of<SmbMessage>('smb')) {
      const ntlm = s.message.ntlm;
      if (ntlm === undefined || ntlm.step === 'negotiate') continue;
      const row = rows.get(s.flow);
      if (row) row.steps.push(ntlm);
      else rows.set(s.flow, { seen: s, steps: [ntlm] });
    }
    return [...rows.values()];
  },
  columns: {
    username: (r) => orUnset(step(r, 'authenticate')?.user),
    hostname: (r) => orUnset(step(r, 'authenticate')?.workstation),
    domainname: (r) => orUnset(step(r, 'authenticate')?.domain),
    server_nb_computer_name: (r) => step(r, 'challenge')?.netbiosComputer,
    server_dns_computer_name: (r) => step(r, 'challenge')?.dnsComputer,
    server_tree_name: (r) => step(r, 'challenge')?.dnsTree,
  },
});

interface Share {
  readonly seen: Seen;
  readonly request: SmbMessage | undefined;
  readonly response: SmbMessage;
}
const TREE_CONNECT = [0, 117, 3];
const kindOf = (service: string): Cell =>
  ({ IPC: 'PIPE', 'A:': 'DISK', 'LPT1:': 'PRINT', COMM: 'UNKNOWN' })[service] ?? undefined;

export const zeekSmbMapping = rowMap<Share>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'smb',
  log: 'smb_mapping',
  rows: (capture) =>
    capture.transactions<SmbMessage>('smb').flatMap((t) => {
      const m = t.response?.message;
      return m !== undefined && m.command === TREE_CONNECT[m.version] && m.status === 0
        ? [{ seen: (t.request ?? t.response)!, request: t.request?.message, response: m }]
        : [];
    }),
  columns: {
    path: { value: (r) => r.request?.name, same: (a, b) => a === b.replaceAll('\\\\', '\\') },
    service: (r) => (r.response.version === 1 ? r.response.name : undefined),
    share_type: (r) => (r.response.version === 1 ? kindOf(r.response.name) : undefined),
  },
});
