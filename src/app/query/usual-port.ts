import { DECODERS } from '../../decode/index.ts';
import { knowledge } from '../../observe/index.ts';

const DECODED: ReadonlyMap<string, string> = new Map(
  DECODERS.flatMap(({ title, attach }) =>
    attach.flatMap((place) =>
      place.over === 'tcp' || place.over === 'udp'
        ? place.ports.map((port): [string, string] => [`${place.over} ${port}`, title])
        : [],
    ),
  ).reverse(), // Where two claim a port the first in the list has it.
);

/** What usually uses a port, an EtherType or an IP protocol: a hint for people, nothing else. '' where nothing is known. */
export const usualPort = (transport: string, port: number): string => {
  const key = `${transport} ${port}`;
  return DECODED.get(key) ?? knowledge().ports.get(key) ?? '';
};
