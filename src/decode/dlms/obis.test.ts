import { expect, it } from 'vitest';
import { bytesOf, drive, up } from '../../../test/decoding.ts';
import { dlms } from './index.ts';
import { obisMeaning } from './obis.ts';

it('says what meters of electricity count, and what all meters have', () => {
  const say = (code: string) => {
    const [a, , c, d, e] = code.split('.').map(Number) as [number, number, number, number, number];
    return obisMeaning(a, c, d, e);
  };
  expect(
    [
      '1.0.1.8.0.255',
      '1.0.2.8.2.255',
      '1.0.32.7.0.255',
      '1.0.71.7.0.255',
      '1.0.1.6.0.255',
      '1.0.14.7.0.255',
      '1.0.3.29.0.255',
    ].map(say),
  ).toEqual([
    'active energy import',
    'active energy export, rate 2',
    'voltage, L1, instantaneous',
    'current, L3, instantaneous',
    'active power import, maximum',
    'frequency, instantaneous',
    'reactive energy import, of an interval',
  ]);
  expect(['0.0.1.0.0.255', '0.0.96.3.10.255', '0.0.44.0.0.255', '1.0.99.1.0.255', '0.0.96.1.3.255'].map(say)).toEqual([
    'clock',
    'disconnect control',
    'image transfer',
    'load profile',
    'device identification',
  ]);
  // Not of the standard, or not of a meter of electricity.
  expect(['1.0.128.8.0.255', '7.0.3.1.0.255', '1.0.1.200.0.255', '0.0.200.0.0.255', '1.0.0.7.0.255'].map(say)).toEqual([
    '',
    '',
    '',
    '',
    '',
  ]);
});

it('stands in the message', () => {
  const run = drive(dlms, [up(bytesOf('0001 0010 0001 000d c001c1 0003 0100010800ff 02 00'))], { serverPort: 4059 });
  expect(JSON.stringify(run.messages)).toContain('"meaning":"active energy import"');
});
