/** Programs by which somebody works at another host, by the decoder's name or the usual port. */
import { tableOf } from '../../lib/table.ts';

const BY_SERVICE = tableOf<string>({
  rdp: 'RDP',
  vnc: 'VNC',
  ssh: 'SSH',
  telnet: 'Telnet',
  teamviewer: 'TeamViewer',
  anydesk: 'AnyDesk',
  openvpn: 'OpenVPN',
  wireguard: 'WireGuard',
  ike: 'IPsec',
  esp: 'IPsec',
});
const BY_PORT: Readonly<Record<number, string>> = {
  22: 'SSH',
  23: 'Telnet',
  1194: 'OpenVPN',
  3389: 'RDP',
  5800: 'VNC',
  5900: 'VNC',
  5938: 'TeamViewer',
  5985: 'WinRM',
  5986: 'WinRM',
  6568: 'AnyDesk',
  51820: 'WireGuard',
};

/** Every name that `remoteProgram` can give; the place in this list is its number. */
export const REMOTE_PROGRAMS = [...new Set([...Object.values(BY_SERVICE), ...Object.values(BY_PORT)])];

/** What these programs wrap themselves in: a flow is named by the innermost protocol that spoke, RDP over TLS is `tls`. */
const ENVELOPES: ReadonlySet<string> = new Set(['', 'tls', 'http']);

/** The program of a flow or session: by its content, else by its port; undefined where it is none of these. */
export const remoteProgram = (service: string, port = 0): string | undefined =>
  BY_SERVICE[service] ?? (ENVELOPES.has(service) ? BY_PORT[port] : undefined);
