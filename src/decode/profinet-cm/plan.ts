/**
 * What a connection says of the cyclic frames that follow it: the controller lists in its Connect request the submodules,
 * the octets of each and its place in the frame; the answer names the frames. Source: IEC 61158-6-10 section 5.2.3
 * (ARBlock, IOCRBlock, ExpectedSubmoduleBlock).
 */
import type { RtFrames, RtPlace } from '../shared/rt-announcement.ts';
import { type Block, type Entry, list, num, str } from './block.ts';

const AR_REQUEST = 0x0101;
const AR_RESPONSE = 0x8101;
const IOCR_REQUEST = 0x0102;
const IOCR_RESPONSE = 0x8102;
const EXPECTED = 0x0104;
/** IOCRType: 1 input, 2 output; 3 and 4 are multicast. */
const INPUT = 1;
const OUTPUT = 2;

/** What the request of a connection planned; `frameId` as the answer gives it. */
export interface Plan {
  readonly initiatorMac: string;
  readonly relations: readonly {
    readonly reference: number;
    readonly isInput: boolean;
    readonly places: readonly RtPlace[];
  }[];
}

const keyOf = (slot: number, subslot: number): number => slot * 0x10000 + subslot;

/** Octets of data by submodule, of one direction; those without data are left out. */
const lengthsOf = (blocks: readonly Block[], direction: number): ReadonlyMap<number, number> => {
  const lengths = new Map<number, number>();
  for (const { blockType, fields } of blocks) {
    if (blockType !== EXPECTED) continue;
    for (const module of list(fields, 'modules'))
      for (const submodule of list(module, 'submodules'))
        for (const d of list(submodule, 'descriptions'))
          if ((num(d, 'dataDescription') & 3) === direction && num(d, 'submoduleDataLength') > 0)
            lengths.set(
              keyOf(num(module, 'slotNumber'), num(submodule, 'subslotNumber')),
              num(d, 'submoduleDataLength'),
            );
  }
  return lengths;
};

const placesOf = (fields: Entry, lengths: ReadonlyMap<number, number>): RtPlace[] =>
  list(fields, 'apis').flatMap((api) =>
    list(api, 'ioDataObjects').flatMap((o) => {
      const slot = num(o, 'slotNumber');
      const subslot = num(o, 'subslotNumber');
      const length = lengths.get(keyOf(slot, subslot));
      return length === undefined ? [] : [{ slot, subslot, offset: num(o, 'frameOffset'), length }];
    }),
  );

/** The AR and its plan, out of the blocks of a Connect request; undefined where it plans no cyclic frames. */
export const planOf = (blocks: readonly Block[]): { readonly ar: string; readonly plan: Plan } | undefined => {
  const ar = blocks.find((b) => b.blockType === AR_REQUEST)?.fields;
  if (ar === undefined) return undefined;
  const lengths = { [INPUT]: lengthsOf(blocks, INPUT), [OUTPUT]: lengthsOf(blocks, OUTPUT) };
  const relations = blocks.flatMap(({ blockType, fields }) => {
    const type = num(fields, 'iocrType');
    if (blockType !== IOCR_REQUEST || (type !== INPUT && type !== OUTPUT)) return [];
    const places = placesOf(fields, lengths[type]!);
    return [{ reference: num(fields, 'iocrReference'), isInput: type === INPUT, places }];
  });
  if (relations.every(({ places }) => places.length === 0)) return undefined;
  return { ar: str(ar, 'arUuid'), plan: { initiatorMac: str(ar, 'cmInitiatorMac'), relations } };
};

/** The AR that an answer to a Connect request is about. */
export const arOfResponse = (blocks: readonly Block[]): string => {
  const ar = blocks.find((b) => b.blockType === AR_RESPONSE)?.fields;
  return ar === undefined ? '' : str(ar, 'arUuid');
};

/** The frames of a plan, once the answer has named them. */
export const framesOf = (plan: Plan, response: readonly Block[]): RtFrames[] => {
  const ar = response.find((b) => b.blockType === AR_RESPONSE)?.fields;
  const responderMac = ar === undefined ? '' : str(ar, 'cmResponderMac');
  return response.flatMap(({ blockType, fields }) => {
    if (blockType !== IOCR_RESPONSE) return [];
    const relation = plan.relations.find(({ reference }) => reference === num(fields, 'iocrReference'));
    if (relation === undefined) return [];
    const { isInput, places } = relation;
    const [from, to] = isInput ? [responderMac, plan.initiatorMac] : [plan.initiatorMac, responderMac];
    if (from === '' || to === '' || places.length === 0) return [];
    return [{ from, to, frameId: num(fields, 'frameId'), isInput, places }];
  });
};
