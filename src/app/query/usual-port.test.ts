import { expect, it } from 'vitest';
import { usualPort } from './usual-port.ts';

it('names what usually uses a port: by the decoders, else by what is known of it', () => {
  expect(usualPort('tcp', 502)).toBe('Modbus/TCP');
  expect(usualPort('udp', 47808)).toBe('BACnet/IP');
  expect(usualPort('tcp', 9100)).toBe('printing (JetDirect, raw)');
  expect(usualPort('ethernet', 0x9000)).toBe('loop test (ECTP)');
  expect(usualPort('ip', 132)).toBe('SCTP');
  expect(usualPort('tcp', 61234)).toBe('');
});
