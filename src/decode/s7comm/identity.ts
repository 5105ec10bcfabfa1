/**
 * What a controller says about itself in system status lists: order number, versions, names, serials, mode, protection.
 * Source: Siemens, System Software for S7-300/400, System and Standard Functions, chapter System Status Lists.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import type { S7Message } from './message.ts';
import type { Szl, SzlEntry } from './szl.ts';

const COMPONENTS: Readonly<Record<number, Attribute>> = {
  1: 'station-name',
  2: 'module-name',
  3: 'plant-id',
  4: 'copyright',
  5: 'serial',
  7: 'model',
  8: 'memory-card',
  11: 'location',
};
/** PROFIBUS & PROFINET International, manufacturer ids: 42 is Siemens. */
const SIEMENS = 42;

/** Identities of a whole list; a list with octets missing says nothing, since its entries may be shifted. */
export const observeSzl = (t: Transaction<S7Message>, szl: Szl, sink: ObservationSink): void => {
  if (!szl.complete) return;
  const via = `SZL 0x${szl.id.toString(16).padStart(4, '0')}`;
  const say = (attribute: Attribute, value: string, index: number, confidence = 1): void => {
    if (value !== '')
      sink.identity(t.at, { endpoint: t.at.server, attribute, value, confidence, via: `${via} index ${index}` });
  };
  for (const entry of szl.entries) identityOf(entry, say, t, sink);
};

type Say = (attribute: Attribute, value: string, index: number, confidence?: number) => void;

const identityOf = (entry: SzlEntry, say: Say, t: Transaction<S7Message>, sink: ObservationSink): void => {
  switch (entry.kind) {
    case 'identification':
      if (entry.index === 1) say('order-number', entry.orderNumber, 1);
      else if (entry.index === 6) say('hardware', entry.version, 6);
      else if (entry.index === 7) say('firmware', entry.version, 7);
      else if (entry.index === 0x81) say('bootloader', entry.version, 0x81);
      break;
    case 'component': {
      const attribute = COMPONENTS[entry.index];
      // Memory cards write their kind before the number: `MMC 4A1AC019`.
      const text = entry.index === 8 ? entry.text.replace(/^(MMC|MC|SD) /, '') : entry.text;
      if (attribute !== undefined) say(attribute, text, entry.index);
      break;
    }
    case 'manufacturer':
      if (entry.manufacturerId === SIEMENS) say('vendor', 'Siemens', 9);
      break;
    case 'mode':
      if (entry.mode !== 'unknown') say('mode', entry.mode, 0);
      break;
    case 'protection': {
      const level = entry.valid !== 0 ? entry.valid : entry.parameters;
      say('protection', `level ${level} (mode selector ${entry.selector})`, 4);
      break;
    }
    case 'led':
      sink.value(t.at, {
        target: t.at.server,
        path: `LED ${entry.name}`,
        type: 'LED',
        value: entry.on,
        access: 'read',
      });
      break;
    case 'ethernet':
      sink.name(t.at, { endpoint: t.at.server, kind: 'ip', name: entry.ip, via: 'SZL 0x37' });
      say('netmask', entry.mask, 0);
      if (entry.router !== '0.0.0.0') say('gateway', entry.router, 0);
      break;
    default:
  }
};
