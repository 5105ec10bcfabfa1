/**
 * Attributes that tshark names in answers to Get Attributes All and Get Attribute List: their values have no length on the wire, so that
 * the order and the sizes of the object's definition decide which are there.
 * Source: CIP volume 1, 4-4.1 (class attributes), 5A-2 (Identity), 5A-3 (Message Router), 3-5.2 (Connection Manager), 3-7 (Port);
 * volume 2, 5-4.3 (TCP/IP Interface), 5-5.3 (Ethernet Link). Which objects tshark 4.0 knows was found by asking it.
 */

/** Octets of a value from `o` on. */
type Size = number | ((b: Uint8Array, o: number) => number);
const word = (b: Uint8Array, o: number): number => (b[o] ?? 0) | ((b[o + 1] ?? 0) << 8);
/** A count of words, and the words: a list of classes, an EPATH. */
const words: Size = (b, o) => 2 + 2 * word(b, o);
/** SHORT_STRING: a length octet. */
const short: Size = (b, o) => 1 + (b[o] ?? 0);
/** STRING of the TCP/IP object: length in two octets, padded to even. */
const padded: Size = (b, o) => 2 + word(b, o) + (word(b, o) & 1);
/** Five addresses and the name of the domain. */
const interfaceConfiguration: Size = (b, o) => 20 + word(b, o + 20) + 2 + (word(b, o + 20) & 1);

type Sizes = Readonly<Record<number, Size>>;
const CLASS_LEVEL: Sizes = { 1: 2, 2: 2, 3: 2, 4: words, 5: words, 6: 2, 7: 2 };
const INSTANCES: Readonly<Record<number, Sizes>> = {
  1: { 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 4, 7: short, 8: 1, 9: 2, 10: 1 },
  2: { 1: words, 2: 2, 3: 2, 4: words },
  6: { 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2 },
  244: { 1: 2, 2: 2, 3: words, 4: short, 7: words },
  245: {
    1: 4,
    2: 4,
    3: 4,
    4: words,
    5: interfaceConfiguration,
    6: padded,
    7: 6,
    8: 1,
    9: 8,
    10: 1,
    11: 35,
    12: 1,
    13: 2,
  },
  246: { 1: 4, 2: 4, 3: 6, 4: 44, 5: 48, 6: 4, 7: 1, 8: 1, 9: 1, 10: short },
};
/** Which stand in an answer to Get Attributes All; the sizes above give the order of instances. */
const ALL_OF_CLASS: Readonly<Record<number, readonly number[]>> = {
  1: [1, 2, 6, 7],
  2: [1, 4, 5, 6, 7],
  6: [1, 2, 6, 7],
  ...Object.fromEntries([0x43, 0x47, 0x48, 0xf5, 0xf6].map((c) => [c, [1, 2, 3, 4, 5, 6, 7]])),
};

/** Octets of an attribute's value from `o` on; undefined where they are not known. */
export const sizeOf = (
  cls: number,
  instance: number,
  attribute: number,
  b: Uint8Array,
  o: number,
): number | undefined => {
  const size = instance === 0 ? CLASS_LEVEL[attribute] : INSTANCES[cls]?.[attribute];
  return typeof size === 'function' ? size(b, o) : size;
};

/** Attributes in an answer to Get Attributes All, as far as there are octets: the last may be cut short. */
export const allOf = (cls: number, instance: number, b: Uint8Array): number[] => {
  const order = instance === 0 ? ALL_OF_CLASS[cls] : Object.keys(INSTANCES[cls] ?? {}).map(Number);
  const out: number[] = [];
  let o = 0;
  for (const attribute of order ?? []) {
    if (o >= b.length) break;
    out.push(attribute);
    o += sizeOf(cls, instance, attribute, b, o) ?? b.length;
  }
  return out;
};
