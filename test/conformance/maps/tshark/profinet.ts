/** tshark's pn_rt.* and pn_dcp.* columns. */
import { frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

interface Block {
  readonly option: number;
  readonly suboption: number;
  readonly text?: string;
  readonly ip?: string;
  readonly netmask?: string;
  readonly vendorId?: number;
  readonly deviceId?: number;
  readonly number?: number;
  readonly dns?: readonly string[];
  /** option * 256 + suboption. */
  readonly options?: readonly number[];
}
interface Frame {
  readonly type: string;
  readonly frameId: number;
  readonly cycleCounter?: number;
  readonly service?: number;
  readonly serviceType?: number;
  readonly xid?: number;
  readonly blocks?: readonly Block[];
}
type M = Seen<Frame>;

const blocks = (s: M, option: number, suboption: number): readonly Block[] =>
  (s.message.blocks ?? []).filter((b) => b.option === option && b.suboption === suboption);
const addresses = (s: M): readonly Block[] =>
  (s.message.blocks ?? []).filter((b) => b.option === 1 && (b.suboption === 2 || b.suboption === 3));
/** The options that a block lists are fields of the same name. */
const options = (b: Block): readonly number[] => [b.option, ...(b.options ?? []).map((o) => o >> 8)];

export const tsharkProfinet = frameMap<Frame>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'profinet',
  of: ['profinet-dcp', 'profinet-rt'],
  columns: {
    'pn_rt.frame_id': (s) => s.message.frameId,
    'pn_rt.cycle_counter': (s) => ((s.message.cycleCounter ?? -1) < 0 ? undefined : s.message.cycleCounter),
    'pn_dcp.service_id': (s) => s.message.service,
    'pn_dcp.service_type': (s) => s.message.serviceType,
    'pn_dcp.xid': (s) => (s.message.xid === undefined ? undefined : hex(s.message.xid, 8)),
    'pn_dcp.option': (s) => s.message.blocks?.flatMap(options),
    'pn_dcp.suboption_device_nameofstation': { value: (s) => blocks(s, 2, 2).map((b) => b.text), whole: true },
    'pn_dcp.suboption_device_devicevendorvalue': { value: (s) => blocks(s, 2, 1).map((b) => b.text), whole: true },
    'pn_dcp.suboption_vendor_id': (s) => blocks(s, 2, 3).map((b) => hex(b.vendorId ?? 0, 4)),
    'pn_dcp.suboption_device_id': (s) => blocks(s, 2, 3).map((b) => hex(b.deviceId ?? 0, 4)),
    'pn_dcp.suboption_device_role': (s) => blocks(s, 2, 4).map((b) => hex(b.number ?? 0, 2)),
    // Of a full IP suite it calls the first name server an address, the second a mask.
    'pn_dcp.suboption_ip_ip': (s) => addresses(s).flatMap((b) => [b.ip, b.dns?.[0]]),
    'pn_dcp.suboption_ip_subnetmask': (s) => addresses(s).flatMap((b) => [b.netmask, b.dns?.[1]]),
  },
});
