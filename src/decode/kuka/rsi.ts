/**
 * KUKA Robot Sensor Interface: every cycle (4 or 12 ms) the robot sends where it is as XML in a datagram, and a computer answers with
 * by how much it shall be elsewhere. Source: KUKA.RobotSensorInterface 4.0 manual, "Configuring the Ethernet connection"; which elements there
 * are is configured, the frame around them and the counter IPOC are not.
 */
import type { Decoded, Message, Probe } from '../../core/decoder.ts';
import { ascii } from '../../lib/bytes.ts';

/** Attributes and elements of one datagram that are read; what is beyond stands in `more`. */
export const MAX_FIELDS = 64;

export interface RsiField {
  /** `RIst.X`, `Delay.D`, `DiL`. */
  readonly path: string;
  readonly value: number;
}
export interface RsiMessage extends Message {
  readonly type: 'RSI robot state' | 'RSI correction';
  /** `KUKA`, `ImFree`: the attribute Type of the root. */
  readonly sender: string;
  /** Time stamp of the cycle, which the answer repeats; -1 where it is missing. */
  readonly ipoc: number;
  readonly fields: readonly RsiField[];
  /** There were more fields than are kept. */
  readonly more: boolean;
}

const starts = (b: Uint8Array, start: number, end: number, text: string): boolean => {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (b[start + i] !== text.charCodeAt(i)) return false;
  return true;
};

export const probeRsi = (b: Uint8Array, start: number, end: number): Probe =>
  starts(b, start, end, '<Rob Type="KUKA"') || starts(b, start, end, '<Sen Type="') ? 'sure' : 'no';

const NUMBER = /^\s*-?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,3})?\s*$/;

export const decodeRsi = (b: Uint8Array, start: number, end: number): Decoded<RsiMessage> => {
  const consumed = end - start;
  if (probeRsi(b, start, end) !== 'sure') return { kind: 'foreign' };
  let stop = end;
  while (stop > start && b[stop - 1]! <= 0x20) stop--;
  const text = ascii(b, start, stop);
  const isRobot = text.startsWith('<Rob');
  if (!text.endsWith(isRobot ? '</Rob>' : '</Sen>'))
    return { kind: 'malformed', code: 'kuka.rsi', detail: 'the root is not closed', consumed };
  const fields: RsiField[] = [];
  let more = false;
  let sender = '';
  let ipoc = -1;
  const add = (path: string, value: string): void => {
    if (!NUMBER.test(value)) return;
    if (fields.length < MAX_FIELDS) fields.push({ path, value: Number(value) });
    else more = true;
  };
  // Elements are flat: attributes, or a number between the tags.
  for (const [, name, attributes, content] of text.matchAll(
    /<([A-Za-z_]\w{0,31})((?:\s+\w{1,32}="[^"<>]{0,64}")*)\s*\/?>([^<]{0,64})/g,
  )) {
    for (const [, key, value] of attributes!.matchAll(/(\w{1,32})="([^"]*)"/g)) {
      if (name === 'Rob' || name === 'Sen') sender = key === 'Type' ? value! : sender;
      else add(`${name}.${key}`, value!);
    }
    if (name === 'IPOC' && NUMBER.test(content!)) ipoc = Number(content);
    else if (attributes === '' && content!.trim() !== '') add(name!, content!);
  }
  return {
    kind: 'message',
    consumed,
    message: { type: isRobot ? 'RSI robot state' : 'RSI correction', sender, ipoc, fields, more },
  };
};
