/** Words of the findings about devices that come and go. */
import type { FindingKind } from '../../core/finding.ts';

export const NEW_DEVICE: FindingKind = {
  code: 'new-device',
  family: 'policy',
  title: 'A device that was never seen: {device}',
  what: '{device} ({address}) sent its first frames, in the network {network}.',
  comparedWith: 'After {watched} of watching, {number} of this network had been heard, this one never.',
  innocent: 'A replaced or newly installed device, a visitor laptop, or a device that was switched off all the time.',
  check: [
    'Does anybody expect a new device in this network? Follow its cable or switch port.',
    'Which vendor does its MAC address name, and does that fit?',
    'Whom did it talk to first, and did it write anything?',
  ],
  severity: 'uptime',
  techniques: ['T0848', 'T0864'],
  needsLearning: true,
};

export const NEW_DEVICES: FindingKind = {
  code: 'new-device.many',
  family: 'policy',
  title: '{number} devices that were never seen in {network}',
  what: 'Within a day these sent their first frames in the network {network}: {devices}.',
  comparedWith: 'After {watched} of watching, {known} of this network had been heard, these never.',
  innocent:
    'Office computers that were off or away while Gatehouse learned, visitors, or a part of the line that was switched on.',
  check: [
    'Is it an office or guest network, where this is everyday life?',
    'Do the names and vendors fit to what belongs there?',
    'Did one of them talk to controllers or write anything?',
  ],
  severity: 'uptime',
  techniques: ['T0848', 'T0864'],
  needsLearning: true,
};

export const DEVICE_SILENT: FindingKind = {
  code: 'device-silent',
  family: 'operational',
  title: '{device} has gone silent',
  what: 'Nothing was heard of {device} for {silence}.',
  comparedWith: 'Its longest usual pause was {usual}; its neighbours still talk.',
  innocent: 'It was switched off, its cable was pulled, or the mirror port no longer shows it.',
  check: [
    'Is the device on, and does its network light blink?',
    'Was it taken out of service on purpose?',
    'Do the devices that read from it report an error?',
  ],
  severity: 'uptime',
  techniques: ['T0814', 'T0816'],
  needsLearning: true,
};

export const MANY_SILENT: FindingKind = {
  code: 'network-silent',
  family: 'operational',
  title: '{number} devices went silent together',
  what: '{number} of {known} devices were not heard any more, among them {devices}.',
  comparedWith: 'Each of them was silent for longer than in its longest usual pause ({usual} for the first).',
  innocent: 'A switch or mirror port failed or was changed, or the line was switched off.',
  check: [
    'Does the sensor still get frames of this network?',
    'Is the line in operation at all now?',
    'Which switch do these devices share?',
  ],
  severity: 'uptime',
  techniques: ['T0814'],
  needsLearning: true,
};
