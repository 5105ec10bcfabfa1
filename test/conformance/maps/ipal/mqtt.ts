/** IPAL's messages of MQTT: what a packet is for, and the topics in it with their payload. */
import type { MqttMessage } from '../../../../src/decode/mqtt/wire.ts';
import { ipalData } from '../../readers.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

type S = Seen<MqttMessage>;
const TYPES =
  'RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH'.split(
    ' ',
  );
const ACTIVITY: Readonly<Record<string, string>> = {
  CONNECT: 'command',
  CONNACK: 'action',
  PUBLISH: 'inform',
  PUBACK: 'inform',
  PUBREC: 'inform',
  PUBREL: 'inform',
  PUBCOMP: 'inform',
  SUBSCRIBE: 'interrogate',
  SUBACK: 'inform',
  UNSUBSCRIBE: 'command',
  UNSUBACK: 'action',
  PINGREQ: 'interrogate',
  PINGRESP: 'inform',
  DISCONNECT: 'command',
};

const data = ({ message: m }: S): Cell => {
  if (m.type === 'PUBLISH') return ipalData([[m.topic, new TextDecoder().decode(m.payload)]]);
  if (m.type === 'SUBSCRIBE') return ipalData(m.subscriptions.map((s) => [s.filter, null]));
  return undefined;
};

export const ipalMqtt = rowMap<S>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'mqtt',
  log: /mqtt.*\.ipal$/,
  rows: (capture) => capture.of<MqttMessage>('mqtt'),
  columns: {
    activity: ({ message: m }) => ACTIVITY[m.type],
    type: ({ message: m }) => TYPES.indexOf(m.type),
    length: (s) => s.octets,
    data: { value: data, list: true },
  },
});
