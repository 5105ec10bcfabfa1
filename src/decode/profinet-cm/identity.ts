/** Who a device and its modules are: I&M records, interface data, neighbours. Source: IEC 61158-6-10 sections 5.2.5.9 and 5.2.13. */
import type { At, Attribute, ObservationSink } from '../../core/observation.ts';
import { PROFINET_VENDORS } from '../shared/profinet-vendors.ts';
import type { Block, Entry } from './block.ts';

const text = (f: Entry, name: string): string => (typeof f[name] === 'string' ? f[name] : '');
const number = (f: Entry, name: string): number => (typeof f[name] === 'number' ? f[name] : -1);

/** `V2.0.1`; the prefix tells releases (V) from prototypes, tests and in-field tests (R, P, U, T). */
const firmwareOf = (f: Entry): string =>
  number(f, 'softwareMajor') < 0
    ? ''
    : `${text(f, 'softwareRevisionPrefix')}${number(f, 'softwareMajor')}.${number(f, 'softwareMinor')}.${number(f, 'softwareBugfix')}`;

const IM0 = 0x0020;
const IM1 = 0x0021;
const IM3 = 0x0023;
const INTERFACE_REAL = 0x0240;
export const hasIdentity = (blockType: number): boolean =>
  blockType === IM0 || blockType === IM1 || blockType === IM3 || blockType === INTERFACE_REAL;

/** Slot 0 is the device itself; others are modules in its rack. */
export const observeIdentity = (at: At, sink: ObservationSink, slot: number, block: Block): void => {
  const f = block.fields;
  const via = `PROFINET ${block.name}`;
  const endpoint = at.server;
  const say = (attribute: Attribute, value: string): void => {
    if (value !== '') sink.identity(at, { endpoint, attribute, value, confidence: 1, via });
  };
  switch (block.blockType) {
    case IM0: {
      const vendor = PROFINET_VENDORS.get(number(f, 'vendorId'));
      const orderNumber = text(f, 'orderId');
      const serial = text(f, 'serialNumber');
      const firmware = firmwareOf(f);
      if (slot === 0) {
        if (vendor !== undefined) say('vendor', vendor);
        say('order-number', orderNumber);
        say('serial', serial);
        say('firmware', firmware);
        if (number(f, 'hardwareRevision') > 0) say('hardware', String(number(f, 'hardwareRevision')));
      }
      sink.module(at, {
        endpoint,
        slot: String(slot),
        ...(vendor !== undefined && { vendor }),
        ...(orderNumber !== '' && { orderNumber }),
        ...(serial !== '' && { serial }),
        ...(firmware !== '' && { firmware }),
        present: true,
        via,
      });
      return;
    }
    case IM1:
      if (slot !== 0) return;
      say('plant-id', text(f, 'tagFunction'));
      say('location', text(f, 'tagLocation'));
      return;
    case IM3:
      if (slot === 0) say('description', text(f, 'descriptor'));
      return;
    case INTERFACE_REAL: {
      const ip = text(f, 'ipAddress');
      say('station-name', text(f, 'ownChassisId'));
      if (ip !== '' && ip !== '0.0.0.0') {
        sink.name(at, { endpoint, kind: 'ip', name: ip, via });
        say('netmask', text(f, 'subnetMask'));
        const gateway = text(f, 'standardGateway');
        if (gateway !== '0.0.0.0' && gateway !== ip) say('gateway', gateway);
      }
      return;
    }
    default:
  }
};
