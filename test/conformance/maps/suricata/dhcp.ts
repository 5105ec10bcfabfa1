/** Suricata's dhcp events (extended): one per message. */
import { checkMap, type Seen } from '../../types.ts';

interface Dhcp {
  readonly type: string;
  readonly op: number;
  readonly xid: number;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly chaddr: string;
  readonly options: readonly { readonly code: number; readonly value: string | number | readonly string[] }[];
}
const TYPES = ['', 'discover', 'offer', 'request', 'decline', 'ack', 'nak', 'release', 'inform'];
const PARAMETERS: Record<string, string> = {
  1: 'subnet_mask',
  3: 'router',
  6: 'dns_server',
  12: 'hostname',
  15: 'domain',
  35: 'arp_timeout',
  42: 'ntp_server',
  66: 'tftp_server_name',
  67: 'bootfile_name',
  150: 'tftp_server_ip',
};

export const suricataDhcp = checkMap({
  shape: 'checks',
  peer: 'suricata',
  protocol: 'dhcp',
  eventType: 'dhcp',
  events: (capture) =>
    capture.of<Dhcp & { readonly type: string }>('dhcp').map((seen: Seen<Dhcp>) => {
      const m = seen.message;
      const option = (code: number) => m.options.find((o) => o.code === code)?.value;
      const list = (code: number): readonly string[] | undefined => {
        const value = option(code);
        return value === undefined ? undefined : Array.isArray(value) ? value : String(value).split(/, ?/);
      };
      const codes = list(55);
      return {
        seen,
        event: {
          dhcp: {
            type: m.op === 1 ? 'request' : 'reply',
            id: m.xid,
            client_mac: m.chaddr,
            assigned_ip: m.yiaddr,
            client_ip: m.ciaddr === '0.0.0.0' ? undefined : m.ciaddr,
            relay_ip: m.giaddr,
            next_server_ip: m.siaddr,
            dhcp_type: TYPES[Number(option(53) ?? 0)],
            client_id: String(option(61) ?? '').replace(/^.*?(([0-9a-f]{2}:){5}[0-9a-f]{2})$/, '$1') || undefined,
            hostname: option(12),
            lease_time: option(51),
            renewal_time: option(58),
            rebinding_time: option(59),
            subnet_mask: option(1),
            routers: list(3),
            dns_servers: list(6),
            // Codes that Suricata has no name for are left out.
            params: codes?.flatMap((c) => PARAMETERS[/^\d+/.exec(c)?.[0] ?? ''] ?? []),
          },
        },
      };
    }),
});
