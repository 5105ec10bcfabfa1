/** Names of DCP options, suboptions, errors and roles. Source: IEC 61158-6-10 section 4.3 (DCP APDU coding). */

/** By option * 256 + suboption. */
const BLOCKS: ReadonlyMap<number, string> = new Map([
  [0x0101, 'MAC address'],
  [0x0102, 'IP parameter'],
  [0x0103, 'full IP suite'],
  [0x0201, 'type of station'],
  [0x0202, 'name of station'],
  [0x0203, 'device ID'],
  [0x0204, 'device role'],
  [0x0205, 'device options'],
  [0x0206, 'alias name'],
  [0x0207, 'device instance'],
  [0x0208, 'OEM device ID'],
  [0x0209, 'standard gateway'],
  [0x020a, 'RSI properties'],
  [0x030c, 'DHCP host name'],
  [0x032b, 'DHCP vendor specific'],
  [0x0336, 'DHCP server identifier'],
  [0x0337, 'DHCP parameter request list'],
  [0x033c, 'DHCP class identifier'],
  [0x033d, 'DHCP client identifier'],
  [0x0351, 'DHCP FQDN'],
  [0x0361, 'DHCP UUID'],
  [0x03ff, 'DHCP control'],
  [0x0501, 'start transaction'],
  [0x0502, 'end transaction'],
  [0x0503, 'signal'],
  [0x0504, 'response'],
  [0x0505, 'reset factory settings'],
  [0x0506, 'reset to factory'],
  [0x0601, 'device initiative'],
  [0xffff, 'all'],
]);

/** A constant string for each block: known by name, others by option. */
export const blockName = (option: number, suboption: number): string =>
  BLOCKS.get(option * 256 + suboption) ?? (option >= 0x80 && option < 0xff ? 'manufacturer specific' : 'unknown');

/** BlockError of a Set response, with its number. */
export const BLOCK_ERRORS: readonly string[] = [
  'ok (0)',
  'option not supported (1)',
  'suboption not supported or no data set available (2)',
  'suboption not set (3)',
  'resource error (4)',
  'set not possible for local reasons (5)',
  'set not possible while in operation (6)',
];

/** DeviceRole bits. */
export const ROLE_IO_DEVICE = 1;
export const ROLE_IO_CONTROLLER = 2;
export const ROLE_MULTIDEVICE = 4;
export const ROLE_SUPERVISOR = 8;

export const roleText = (bits: number): string => {
  const names: string[] = [];
  if (bits & ROLE_IO_DEVICE) names.push('IO device');
  if (bits & ROLE_IO_CONTROLLER) names.push('IO controller');
  if (bits & ROLE_MULTIDEVICE) names.push('IO multidevice');
  if (bits & ROLE_SUPERVISOR) names.push('IO supervisor');
  return names.join(', ') || 'none';
};

/** What a reset to factory (option 5 suboption 6) resets: BlockQualifier without its lowest bit, halved. */
export const resetModeText = (qualifier: number): string => {
  switch (qualifier >> 1) {
    case 1:
      return 'application data';
    case 2:
      return 'communication parameters';
    case 3:
      return 'engineering parameters';
    case 4:
      return 'all stored data';
    case 8:
      return 'all stored data to factory values';
    case 9:
      return 'reset and restore data';
    default:
      return `mode ${qualifier >> 1}`;
  }
};
