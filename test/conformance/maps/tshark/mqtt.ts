/** tshark's mqtt.* columns. */
import type { MqttMessage } from '../../../../src/decode/mqtt/wire.ts';
import { hex } from '../../../../src/lib/bytes.ts';
import { frameMap } from '../../types.ts';

const TYPES =
  'RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH'.split(
    ' ',
  );

/** In 3.1 the flags had their meaning in all packets that are repeated until they are answered. */
const hasFlags = (m: MqttMessage): boolean =>
  m.type === 'PUBLISH' ||
  (m.version === 3 && (m.type === 'SUBSCRIBE' || m.type === 'UNSUBSCRIBE' || m.type === 'PUBREL'));

export const tsharkMqtt = frameMap<MqttMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'mqtt',
  columns: {
    'mqtt.msgtype': ({ message: m }) => TYPES.indexOf(m.type),
    'mqtt.len': ({ message: m }) => m.length,
    'mqtt.qos': ({ message: m }) => (hasFlags(m) ? m.qos : undefined),
    'mqtt.retain': ({ message: m }) => (m.type === 'PUBLISH' ? m.retain : undefined),
    'mqtt.dupflag': ({ message: m }) => (hasFlags(m) ? m.dup : undefined),
    'mqtt.msgid': ({ message: m }) =>
      m.type === 'PUBLISH' ? (m.qos > 0 ? m.packetId : undefined) : 'packetId' in m ? m.packetId : undefined,
    'mqtt.clientid': { value: ({ message: m }) => (m.type === 'CONNECT' ? m.clientId : undefined), whole: true },
    'mqtt.ver': ({ message: m }) => (m.type === 'CONNECT' ? m.version : undefined),
    'mqtt.username': { value: ({ message: m }) => (m.type === 'CONNECT' ? m.userName : undefined), whole: true },
    'mqtt.topic': {
      value: ({ message: m }) =>
        m.type === 'PUBLISH'
          ? m.topic
          : m.type === 'SUBSCRIBE'
            ? m.subscriptions.map((s) => s.filter)
            : m.type === 'UNSUBSCRIBE'
              ? m.filters
              : undefined,
      whole: true,
    },
    'mqtt.msg': ({ message: m }) =>
      m.type !== 'PUBLISH' ? undefined : m.payload.length === 0 ? '<MISSING>' : hex(m.payload),
    'mqtt.conack.val': ({ message: m }) => (m.type === 'CONNACK' && m.version < 5 ? m.reasonCode : undefined),
    'mqtt.connack.reason_code': ({ message: m }) => (m.type === 'CONNACK' && m.version >= 5 ? m.reasonCode : undefined),
    'mqtt.kalive': ({ message: m }) => (m.type === 'CONNECT' ? m.keepAlive : undefined),
  },
});
