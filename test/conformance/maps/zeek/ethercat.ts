/**
 * ICSNPP's EtherCAT logs (ecat_*.log): a row per datagram, mailbox, or ARP within. Its FoE and SoE logs are not compared: the plug-in reads the bits of
 * their first octets as octets of their own, so what stands in their columns are other fields.
 */
import type { EcatMessage } from '../../../../src/decode/ethercat/index.ts';
import { isMailbox } from '../../../../src/decode/ethercat/mailbox.ts';
import type { Datagram } from '../../../../src/decode/ethercat/wire.ts';
import { ipv4Text, macText } from '../../../../src/lib/address.ts';
import { i32be, u16be, u16le, u32le } from '../../../../src/lib/bytes.ts';
import { rowMap, type Seen, type SeenCapture } from '../../types.ts';
import { upperHex } from './octet-text.ts';

interface Row {
  readonly seen: Seen<EcatMessage>;
  readonly d: Datagram;
}
// biome-ignore format: a table
const COMMANDS = ['NOP', 'Auto Increment Physical Read', 'Auto Increment Physical Write', 'Auto Increment Physical ReadWrite', 'Configured Addr Physical Read',
  'Configured Addr Physical Write', 'Configured Addr Physical ReadWrite', 'Broadcast Read', 'Broadcast Write', 'Broadcast ReadWrite', 'Logical Read',
  'Logical Write', 'Logical ReadWrite', 'Auto Increment Physical Read Mult Write', 'Configured Addr Physical Read Mult Write'];
/** Its names of registers; what lies between two has the name of the lower one. */
// biome-ignore format: a table
const REGISTERS: readonly (readonly [number, string])[] = [
  [0, 'Type'], [1, 'Revision'], [2, 'Build'], [4, 'FMMUSPT'], [5, 'SyncManagers'], [6, 'RAMSize'], [7, 'PortDescriptor'], [8, 'ESC_Features'], [0x10, 'CSAddr'],
  [0x12, 'CSAlias'], [0x20, 'Reg_Write_En'], [0x21, 'Reg_Write_Prot'], [0x30, 'ESC_Write_En'], [0x31, 'ESC_Write_Prot'], [0x40, 'ESC_Rst_Ecat'],
  [0x41, 'ESC_Rst_Pdi'], [0x100, 'ESC_DL_Ctl'], [0x108, 'Phy_RD_WR_Offs'], [0x110, 'ESC_DL_Stat'], [0x120, 'AL_Ctl'], [0x130, 'AL_Stat'],
  [0x134, 'AL_Stat_Code'], [0x138, 'RUN_Led_Ovrd'], [0x139, 'ERR_Led_Ovrd'], [0x140, 'PDI_Ctl'], [0x141, 'ESC_Conf'], [0x14e, 'PDI_Info'],
  [0x150, 'PDI_Conf'], [0x151, 'Sync_Latc_Pdi'], [0x152, 'PDI_Onchip_Conf'], [0x200, 'ECAT_Ev_Msk'], [0x204, 'PDI AL Event Mask'],
  [0x210, 'ECAT Event Request'], [0x220, 'AL Event Request'], [0x300, 'RX_Err_Cnt'], [0x308, 'Fwd_Rx_Err_Cnt'], [0x30c, 'ECAT_Proc_Err_Cnt'],
  [0x30d, 'PDI_Err_Cnt'], [0x30e, 'PDI_Err_Code'], [0x310, 'LLC'], [0x400, 'WTD_Div'], [0x410, 'WTD_Time_PDI'], [0x420, 'WTD_Time_Proc_Data'],
  [0x440, 'WTD_Stat_Proc_Data'], [0x442, 'WTD_Cnt_Proc_Data'], [0x443, 'WTD_Cnt_PDI'], [0x500, 'SII_EEPROM_Intr'], [0x510, 'MII_Mang_Intr'],
  [0x600, 'FMMU'], [0x800, 'SyncManager'], [0x900, 'Dist_Clk'], [0xe00, 'ESC_Specf-Reg '], [0xf00, 'Dig_IO_Data'], [0xf10, 'GP_Out_Data'], [0xf18, 'GP_In'],
  [0xf80, 'USR_Ram'], [0x1000, 'PDI_Dig_IO_Data'], [0x1004, 'PD_Ram'],
];
const registerName = (ado: number): string => REGISTERS.findLast(([from]) => from <= ado)![1];
const ADS = ['NOP', 'ADS Read Device Info', 'ADS Read', 'ADS Write', 'ADS Read State', 'ADS Write Control'].concat([
  'ADS Add Device Notification',
  'ADS Delete Device Notification',
  'ADS Device Notification',
  'ADS Read Write',
]);

/** `0x0c`: at least two digits. */
const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
const datagrams = (capture: SeenCapture, keep: (d: Datagram) => boolean): Row[] =>
  capture.of<EcatMessage>('ethercat').flatMap((seen) => seen.message.datagrams.filter(keep).map((d) => ({ seen, d })));
const named = (table: readonly string[], n: number): string => table[n] ?? `Unknown CMD Cmd-${hex(n)}`;
const isMail =
  (type: number, least: number) =>
  (d: Datagram): boolean =>
    d.ado >= 0x1000 && isMailbox(d.data) && (d.data[5]! & 15) === type && u16le(d.data, 0) >= least;
const log = (name: string, keep: (d: Datagram) => boolean) =>
  ({
    shape: 'rows',
    peer: 'zeek',
    protocol: 'ethercat',
    log: name,
    rows: (c: SeenCapture) => datagrams(c, keep),
  }) as const;
const macs = { srcmac: (r: Row) => r.seen.senderMac, dstmac: (r: Row) => r.seen.receiverMac };

export const zeekEcatRegisters = rowMap<Row>({
  // It takes 0xff for no address.
  ...log('ecat_registers', (d) => d.ado >= 0 && d.ado !== 0xff && d.command > 0),
  columns: {
    ...macs,
    Command: (r) => named(COMMANDS, r.d.command),
    Slave_Addr: (r) => hex(r.d.adp),
    Register_Type: (r) => registerName(r.d.ado),
    Register_Addr: (r) => hex(r.d.ado),
    data: (r) => upperHex(r.d.data),
  },
});

export const zeekEcatAddresses = rowMap<Row>({
  ...log(
    'ecat_log_address',
    (d) => d.logical >= 0 && (d.logical & 0xff) !== 0xff && ((d.logical >> 16) & 0xff) !== 0xff,
  ),
  columns: {
    ...macs,
    // The octets as they come: the last one is the highest.
    Log_Addr: (r) => upperHex([0, 8, 16, 24].map((shift) => (r.d.logical >>> shift) & 255)),
    Length: (r) => r.d.length,
    Command: (r) => named(COMMANDS, r.d.command),
    data: (r) => upperHex(r.d.data),
  },
});

export const zeekEcatDevices = rowMap<Row>({
  // A shorter read of the first register repeats what the plug-in read before it.
  ...log('ecat_dev_info', (d) => d.ado === 0 && d.length === 10),
  columns: {
    slave_id: (r) => hex(r.d.adp),
    revision: (r) => hex(r.d.data[0]!),
    dev_type: (r) => hex(r.d.data[1]!),
    build: (r) => hex(u16le(r.d.data, 2)),
    fmmucnt: (r) => hex(r.d.data[4]!),
    smcount: (r) => hex(r.d.data[5]!),
    ports: (r) => hex(r.d.data[7]!),
    dpram: (r) => hex(r.d.data[6]!),
    features: (r) => hex(u16le(r.d.data, 8)),
  },
});

export const zeekEcatCoe = rowMap<Row>({
  ...log('ecat_coe_info', isMail(3, 10)),
  columns: {
    number: (r) => hex(r.d.data[6]!),
    Type: (r) => hex(r.d.data[7]! >> 4),
    req_resp: (r) => hex(r.d.data[8]!),
    index: (r) => hex(u16le(r.d.data, 9)),
    subindex: (r) => hex(r.d.data[11]!),
    dataoffset: (r) => hex(u32le(r.d.data, 12)),
  },
});

/** An AMS address, its last octet first. */
const netId = (d: Uint8Array, o: number): string => macText(d.slice(o, o + 6).reverse(), 0);
export const zeekEcatAoe = rowMap<Row>({
  ...log('ecat_aoe_info', isMail(1, 32)),
  columns: {
    targetid: (r) => netId(r.d.data, 6),
    targetport: (r) => hex(u16le(r.d.data, 12)),
    senderid: (r) => netId(r.d.data, 14),
    senderport: (r) => hex(u16le(r.d.data, 20)),
    cmd: (r) => named(ADS, u16le(r.d.data, 22)),
    stateflags: (r) => hex(u16le(r.d.data, 24)),
    data: (r) => upperHex(r.d.data.subarray(38, 6 + u16le(r.d.data, 0))),
  },
});

/** ARP in the first fragment of a frame over EtherCAT: behind the mailbox header (6), that of EoE (4) and that of Ethernet (14). */
const ARP = 24;
export const zeekEcatArp = rowMap<Row>({
  ...log('ecat_arp_info', (d) => isMail(2, 46)(d) && (d.data[6]! & 15) === 0 && u16be(d.data, 22) === 0x0806),
  columns: {
    arp_type: (r) => (u16be(r.d.data, ARP + 6) === 1 ? 'Request' : 'Reply'),
    mac_src: (r) => macText(r.d.data, 16),
    mac_dst: (r) => macText(r.d.data, 10),
    SPA: (r) => ipv4Text(i32be(r.d.data, ARP + 14)),
    SHA: (r) => macText(r.d.data, ARP + 8),
    TPA: (r) => ipv4Text(i32be(r.d.data, ARP + 24)),
    THA: (r) => macText(r.d.data, ARP + 18),
  },
});
