/** What the numbers in the fields of an MQTT message stand for. Source: MQTT 5.0, 2.4; MQTT 3.1.1, 3.2.2.3. */
import type { FieldCodes } from '../../core/decoder.ts';
import { reasonText } from './properties.ts';

const QOS = ['at most once', 'at least once', 'exactly once'];
const VERSIONS: Readonly<Record<number, string>> = { 3: 'MQTT 3.1', 4: 'MQTT 3.1.1', 5: 'MQTT 5.0' };

export const mqttCodes: FieldCodes = {
  qos: (code) => QOS[code],
  version: (code) => VERSIONS[code],
  reasonCode: (code, sibling) => (code < 0 ? undefined : reasonText(code, sibling('version'))),
};
