/** What people call a protocol: `Modbus/TCP` for `modbus`. */
import { DECODERS } from '../../decode/index.ts';

const TITLES: ReadonlyMap<string, string> = new Map(DECODERS.map((decoder) => [decoder.name, decoder.title]));

/** `name`: the decoder's; what is no decoder's name (`tcp port 1883`) stays as it is. */
export const protocolTitle = (name: string): string => TITLES.get(name) ?? name;
