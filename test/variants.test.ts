/** What is below the protocols must not change what they say: tags, IPv6, segments cut anew or joined, ports that are nobody's. */
import { expect, it } from 'vitest';
import { readFrames, seeded } from './drive.ts';
import { describeShared, sharedCapture } from './shared.ts';
import { beyond, messagesOf, VARIANTS } from './variants.ts';

const BELOW = ['tagged', 'stacked', 'ipv6', 'joined'];
const CAPTURES: readonly (readonly [name: string, variants: readonly string[]])[] = [
  ['mms/iti.8d7c7db0-9804-012b-b2a6-0016cb8cea27', [...BELOW, 'ports']],
  ['s7comm/icsnpp.snap7', [...BELOW, 'ports']],
  ['dnp3/icsnpp.dnp3_example', [...BELOW, 'ports']],
  ['omron-fins/icsnpp.omron', [...BELOW, 'ports']],
  ['iec104/ipal.iec104', [...BELOW, 'ports']],
  ['opcua/icsnpp.open62541_browse_request_with_results', [...BELOW, 'ports']],
  // Segments that somebody put in again, with times of their own: by the identification of IPv4 they are known.
  ['iec104-attack-labelled/ipal.C-0.1-0', ['tagged', 'stacked']],
  // Without a handshake, and the client on a port below the one that is nobody's: who asks is not known.
  ['modbus/gopacket.modbus', BELOW],
];
const SEED = 20_261_124;

describeShared('a capture as another network would have delivered it', () => {
  it.each(CAPTURES)('%s says the same', async (name, variants) => {
    const frames = (await readFrames(sharedCapture(name))).slice(0, 400);
    const before = messagesOf(frames);
    expect(before.size).toBeGreaterThan(3);
    for (const as of variants) {
      const after = messagesOf(VARIANTS[as]!(frames, seeded(SEED)));
      expect([[...beyond(before, after)], [...beyond(after, before)]], `${as}, seed ${SEED}`).toEqual([[], []]);
    }
  });
});
