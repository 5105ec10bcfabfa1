/** Link types that people meet and that are not understood, by the names they know. Source: the registry at tcpdump.org/linktypes.html. */

const LINK_NAMES: ReadonlyMap<number, string> = new Map([
  [105, 'IEEE 802.11'],
  [127, 'IEEE 802.11 with radiotap'],
  [147, 'a private use'],
  [189, 'USB'],
  [192, 'PPI'],
  [195, 'IEEE 802.15.4'],
  [201, 'Bluetooth'],
  [215, 'IEEE 802.15.4'],
  [220, 'USB'],
  [227, 'CAN'],
  [230, 'IEEE 802.15.4'],
  [239, 'NFLOG'],
  [240, 'netANALYZER'],
  [241, 'netANALYZER'],
  [249, 'USBPcap'],
  [250, 'RTAC serial'],
  [251, 'Bluetooth LE'],
  [253, 'netlink'],
  [256, 'Bluetooth LE'],
  [257, 'PROFIBUS'],
  [283, 'IEEE 802.15.4'],
]);

/** `105 (IEEE 802.11)`. */
export const linkText = (linkTypes: Iterable<number>): string =>
  [...linkTypes].map((type) => (LINK_NAMES.has(type) ? `${type} (${LINK_NAMES.get(type)})` : String(type))).join(', ');
