/** tshark's omron.* columns. */
import type { FinsDetail, FinsMessage, FinsPoint } from '../../../../src/decode/fins/index.ts';
import { frameMap, type Seen } from '../../types.ts';
import { padded } from '../text.ts';

type M = Seen<FinsMessage>;
const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
const octet = (pick: (m: FinsMessage) => number) => (s: M) =>
  s.message.command < 0 ? undefined : hex(pick(s.message), 2);

/** Points with an address, in the order of the PDU. */
const pointsOf = (d: FinsDetail | undefined): readonly FinsPoint[] => {
  switch (d?.kind) {
    case 'range':
    case 'range-data':
    case 'forced-data':
      return [d.point];
    case 'points':
      return d.points;
    case 'transfer':
      return [d.from, d.to];
    case 'force':
      return d.items.map((x) => x.point);
    default:
      return [];
  }
};
/** Commands whose word address tshark shows under this name. */
const ADDRESSED = new Set([0x0101, 0x0102, 0x0103, 0x0104, 0x0105]);

export const tsharkFins = frameMap<FinsMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'fins',
  columns: {
    'omron.command': (s) => (s.message.command < 0 ? undefined : hex(s.message.command, 4)),
    'omron.response.code': (s) => (s.message.endCode < 0 ? undefined : hex(s.message.endCode, 4)),
    'omron.sa1': octet((m) => m.sa1),
    'omron.sa2': octet((m) => m.sa2),
    'omron.da1': octet((m) => m.da1),
    'omron.da2': octet((m) => m.da2),
    'omron.sid': octet((m) => m.sid),
    'omron.icf': octet((m) => m.icf),
    'omron.memory.area.read': (s) => {
      const d = s.message.detail;
      if (d?.kind === 'point-data') return d.items.map((x) => hex(x.area, 2));
      if (d?.kind === 'area-file' && s.message.command === 0x220a) return hex(d.area, 2);
      return pointsOf(d).map((p) => hex(p.area, 2));
    },
    'omron.memory.address': (s) => {
      const d = s.message.detail;
      if (d?.kind === 'area-file' && s.message.command === 0x220b) return hex(d.first, 4);
      return ADDRESSED.has(s.message.command) ? pointsOf(d).map((p) => hex(p.word, 4)) : undefined;
    },
    'omron.controller.model': {
      value: (s) => (s.message.detail?.kind === 'controller' ? s.message.detail.model || undefined : undefined),
      same: padded,
    },
    'omron.controller.version': {
      value: (s) => (s.message.detail?.kind === 'controller' ? s.message.detail.version || undefined : undefined),
      same: padded,
    },
  },
});
