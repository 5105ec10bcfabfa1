import { describe, expect, it } from 'vitest';
import { ipv4Parse, ipv4Text, ipv6Parse, ipv6Text } from './address.ts';

describe('IPv6', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['FE80:0:0:0:0202:00ff:fe00:1', 'fe80::202:ff:fe00:1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    // RFC 4291, 2.2: the last four octets as an IPv4 address.
    ['::ffff:10.0.0.5', '::ffff:a00:5'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s (RFC 5952)', (text, written) => {
    expect(ipv6Text(ipv6Parse(text)!, 0)).toBe(written);
  });

  it.each([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'fe80::1%eth0',
    '::1x',
    '::-1',
    '::+1',
    '::0x1',
    ':: 1',
    '::1.2.3',
    '::1.2.3.256',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '10.0.0.5',
  ])('%j is none', (text) => {
    expect(ipv6Parse(text)).toBeUndefined();
  });
});

it('IPv4 is four octets in decimal, and nothing else', () => {
  expect(ipv4Text(ipv4Parse('255.0.16.1')!)).toBe('255.0.16.1');
  for (const text of ['1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.x', '1.2.3.-4', ' 1.2.3.4', ''])
    expect(ipv4Parse(text)).toBeUndefined();
});
