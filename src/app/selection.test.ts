/** Which two hosts a frame is of: the same words for every link type, as the conversation's endpoints have them. */
import { describe, expect, it } from 'vitest';
import { LINK } from '../core/frame.ts';
import { hostsOf } from './selection.ts';

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
/** 10.0.0.2 to 10.0.0.1, UDP (RFC 791). */
const IP = '4500001c 00000000 40110000 0a000002 0a000001 0063 0062 0008 0000';
const ETHERNET = '020000000001 020000000002';
const GOOSE = '88b8 0001 0008 0000 0000';

describe('hostsOf', () => {
  it.each([
    ['Ethernet', LINK.ETHERNET, `${ETHERNET} 0800 ${IP}`],
    ['a VLAN', LINK.ETHERNET, `${ETHERNET} 8100 0005 0800 ${IP}`],
    ['PPPoE', LINK.ETHERNET, `${ETHERNET} 8864 1100 0001 001e 0021 ${IP}`],
    ['raw IP of BSD', LINK.RAW_BSD, IP],
    ['a loopback', LINK.NULL, `02000000 ${IP}`],
    ['Linux cooked', LINK.LINUX_SLL, `0000 0001 0006 020000000002 0000 0800 ${IP}`],
    ['Linux cooked 2', LINK.LINUX_SLL2, `0800 0000 00000001 0001 00 06 020000000002 0000 ${IP}`],
  ])('reads the IP addresses in %s', (_, linkType, text) => {
    expect(hostsOf(octets(text), linkType)).toBe('10.0.0.1 10.0.0.2');
  });

  it('takes MAC addresses where there is no IP, zeros where a cooked frame does not say to whom', () => {
    expect(hostsOf(octets(`${ETHERNET} ${GOOSE}`), LINK.ETHERNET)).toBe('02:00:00:00:00:01 02:00:00:00:00:02');
    expect(hostsOf(octets(`0000 0001 0006 020000000002 0000 ${GOOSE}`), LINK.LINUX_SLL)).toBe(
      '00:00:00:00:00:00 02:00:00:00:00:02',
    );
    expect(hostsOf(octets('0200'), LINK.ETHERNET)).toBe('');
    expect(hostsOf(octets(IP), 9999)).toBe('');
  });
});
