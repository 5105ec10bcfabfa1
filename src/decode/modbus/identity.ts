/**
 * Who a Modbus device says it is: Read Device Identification (43/14) and Report Server ID (17).
 * Source: MODBUS Application Protocol Specification V1.1b3, sections 6.13 and 6.21.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import type { ModbusMessage } from './message.ts';

interface Meaning {
  readonly attribute: Attribute;
  readonly confidence: number;
}
/** By object id. A product code is often the model's only name, so it speaks about the model with less confidence. */
const MEANING: Readonly<Record<number, readonly Meaning[]>> = {
  0: [{ attribute: 'vendor', confidence: 1 }],
  1: [
    { attribute: 'order-number', confidence: 0.9 },
    { attribute: 'model', confidence: 0.6 },
  ],
  2: [{ attribute: 'firmware', confidence: 1 }],
  // A vendor's address is the device's own word about itself, but says little about the device.
  3: [{ attribute: 'description', confidence: 0.3 }],
  4: [{ attribute: 'model', confidence: 0.8 }],
  5: [{ attribute: 'model', confidence: 1 }],
  6: [{ attribute: 'software', confidence: 0.8 }],
};

/** One identity per standard object; private objects (0x80 and above) stay in the message. */
export const observeIdentification = (
  t: Transaction<ModbusMessage>,
  endpoint: EndpointId,
  sink: ObservationSink,
): void => {
  const detail = t.response?.detail;
  if (detail?.kind !== 'identification') return;
  for (const { id, name, value } of detail.objects) {
    if (value === '') continue;
    for (const { attribute, confidence } of MEANING[id] ?? [])
      sink.identity(t.at, { endpoint, attribute, value, confidence, via: `Read Device Identification ${name}` });
  }
};

/** Shorter than this, printable octets are chance. */
const MIN_TEXT = 4;
export const observeServerId = (t: Transaction<ModbusMessage>, endpoint: EndpointId, sink: ObservationSink): void => {
  const detail = t.response?.detail;
  if (detail?.kind !== 'server-id') return;
  const via = 'Report Server ID';
  if (detail.text.length >= MIN_TEXT)
    sink.identity(t.at, { endpoint, attribute: 'description', value: detail.text, confidence: 0.7, via });
  if (detail.run !== undefined)
    sink.identity(t.at, { endpoint, attribute: 'mode', value: detail.run ? 'RUN' : 'STOP', confidence: 0.5, via });
};
