/**
 * Whoever sends frames chooses names: of keys, metrics, resources, commands. `constructor` and `__proto__` are names like any
 * other: what is said of them has the fields that every observation of its kind has.
 */
import { expect, it } from 'vitest';
import type { Decoder } from '../src/core/decoder.ts';
import { ATTRIBUTES, VERBS } from '../src/core/observation.ts';
import { encodeCoap } from '../src/decode/coap/wire.ts';
import { DECODERS } from '../src/decode/index.ts';
import { encodePublish } from '../src/decode/mqtt/wire.ts';
import { encodeBytesField, encodeVarintField } from '../src/decode/shared/protobuf.ts';
import { bytesOf, down, drive, textBytes, up } from './decoding.ts';

const decoder = (name: string): Decoder => {
  const found = DECODERS.find((d) => d.name === name);
  if (found === undefined) throw new Error(`no decoder ${name}`);
  return found;
};
const hex = (text: string): string => Buffer.from(text).toString('hex');
const octet = (n: number): string => n.toString(16).padStart(2, '0');

const said = (name: string, context: object, steps: Parameters<typeof drive>[1]) =>
  drive(decoder(name), steps, context);

type Run = ReturnType<typeof drive>;
const CASES: readonly (readonly [what: string, run: (name: string) => Run])[] = [
  [
    'a key of an mDNS service',
    (name) => {
      const text = `${name}=x`;
      const data = `${octet(text.length)}${hex(text)}`;
      const answer = `0000 8400 0000 0001 0000 0000 01 61 00 0010 8001 00000078 ${octet(0)}${octet(data.length / 2)} ${data}`;
      return said('mdns', { carrier: 'udp', serverPort: 5353, clientPort: 5353, group: true }, [up(bytesOf(answer))]);
    },
  ],
  [
    'a metric of a Sparkplug node',
    (name) => {
      const metric = [encodeBytesField(1, name), encodeVarintField(4, 12), encodeBytesField(15, 'x')].flat();
      const payload = Uint8Array.from(encodeBytesField(2, metric));
      const birth = encodePublish({ topic: 'spBv1.0/plant/NBIRTH/node', payload });
      return said('mqtt', { carrier: 'tcp', serverPort: 1883 }, [up(birth)]);
    },
  ],
  [
    'a resource of an LwM2M device',
    (name) => {
      const path = ['3', '0', name].map((part) => [11, [...Buffer.from(part)]] as [number, number[]]);
      return said('coap', { carrier: 'udp', serverPort: 5683 }, [
        up(encodeCoap({ kind: 0, code: 1, messageId: 2, token: [2], options: path })),
        down(encodeCoap({ kind: 2, code: 69, messageId: 2, token: [2], options: [[12, [0]]], payload: 'x' })),
      ]);
    },
  ],
  [
    'a command of Niagara Fox',
    (name) =>
      said('fox', { carrier: 'tcp', serverPort: 1911 }, [up(textBytes(`fox a 1 -1 fox ${name}\n{\nid=i:1\n};;\n`))]),
  ],
];

it.each(CASES.flatMap(([what, run]) => ['constructor', '__proto__'].map((name) => [what, name, run] as const)))(
  '%s: %s',
  (_what, name, run) => {
    const { identities, commands, messages } = run(name);
    expect(messages.length, 'it was understood').toBeGreaterThan(0);
    for (const { attribute } of identities) expect(ATTRIBUTES).toContain(attribute);
    for (const { verb } of commands) expect(VERBS).toContain(verb);
    for (const { type } of messages) expect(typeof type).toBe('string');
  },
);
