/** Floods of forged addresses are few endpoints; whoever converses is told apart in the midst of them. */
import { describe, expect, it } from 'vitest';
import { EndpointTable } from './endpoints.ts';
import { MAX_MENTIONED, MAX_UNHEARD_ADDRESSES, MAX_UNHEARD_CARDS } from './newcomers.ts';

const HOUR = 3_600_000_000;
const CARD = 0x66;

describe('newcomers', () => {
  it('takes forged addresses of one card for the card, and counts them', () => {
    const table = new EndpointTable();
    for (let ip = 1; ip <= MAX_UNHEARD_ADDRESSES; ip++) table.intern(0, 0, true, 2, CARD, 4, ip, 1);
    const card = table.intern(0, 0, true, 2, CARD, 4, 0x0b000001, 1);
    expect(table.get(card)).toEqual({ id: card, segment: 0, vlan: 0, innerVlan: 0, mac: '00:00:02:00:00:66' });
    expect(table.intern(0, 0, true, 2, CARD, 4, 0x0b000002, 1)).toBe(card);
    expect(table.newcomers.addresses).toBe(2);
    // What was there stays, another card and another network have room of their own.
    expect(table.get(table.intern(0, 0, true, 2, CARD, 4, 1, 1)).ip).toBe('0.0.0.1');
    expect(table.get(table.intern(0, 0, true, 2, CARD + 1, 4, 7, 1)).ip).toBe('0.0.0.7');
    expect(table.get(table.intern(0, 5, true, 2, CARD, 4, 0x0b000001, 1)).ip).toBe('11.0.0.1');
    expect(table.get(table.intern(0, 0, true, 2, CARD, 4, 0x0b000003, 1 + HOUR + 1)).ip).toBe('11.0.0.3');
  });

  it('tells who converses apart, and gives its room to the next', () => {
    const table = new EndpointTable();
    const ids = [];
    for (let ip = 1; ip <= MAX_UNHEARD_ADDRESSES; ip++) ids.push(table.intern(0, 0, true, 2, CARD, 4, ip, 1));
    const own = table.intern(0, 0, true, 2, CARD, 4, 0x0b000001, 1, true);
    table.heard(own);
    expect(table.get(own).ip).toBe('11.0.0.1');
    const count = table.count;
    for (const id of ids) table.heard(id);
    for (let ip = 1; ip <= MAX_UNHEARD_ADDRESSES; ip++) table.intern(0, 0, true, 2, CARD, 4, 0x0c000000 + ip, 1);
    expect([table.count, table.newcomers.addresses]).toEqual([count + MAX_UNHEARD_ADDRESSES, 0]);
    expect(table.get(table.intern(0, 0, true, 2, CARD, 4, 0x0d000001, 1)).ip).toBeUndefined();
  });

  it('tells only so many addresses apart that are merely spoken about, by network and protocol', () => {
    const table = new EndpointTable();
    const sender = table.intern(0, 0, true, 2, CARD, 0, 0, 1);
    const other = table.intern(0, 5, true, 2, CARD, 0, 0, 1);
    const say = (ip: string, from = sender, protocol = 'arp', tsUs = 1) =>
      table.mention(0, from, undefined, ip, tsUs, protocol);
    const first = say('10.0.0.0');
    const six = say('fd00::1');
    for (let n = 2; n < MAX_MENTIONED; n++) say(`10.0.${n >> 8}.${n & 255}`);
    const [count, changes] = [table.count, table.overflow];
    const crowd = say('11.0.0.1');
    expect([say('11.0.0.2'), say('fd00::2'), table.isCrowd(crowd)]).toEqual([crowd, crowd, true]);
    expect([table.count, table.overflow, table.newcomers.mentioned]).toEqual([count + 1, changes, 3]);
    // What is known stays known; another protocol, another network, a card and the next hour have room of their own.
    expect([say('10.0.0.0'), say('fd00::1')]).toEqual([first, six]);
    expect(table.get(say('11.0.0.1', sender, 'dns')).ip).toBe('11.0.0.1');
    expect(table.get(say('11.0.0.1', other)).vlan).toBe(5);
    expect(table.isCrowd(table.mention(0, sender, '02:00:00:00:00:09', '11.0.0.9', 1, 'arp'))).toBe(false);
    expect(table.get(say('fd00::2', sender, 'arp', 1 + HOUR + 1)).ip).toBe('fd00::2');
  });

  it('takes forged cards of one network for one that is no device', () => {
    const table = new EndpointTable();
    for (let mac = 1; mac <= MAX_UNHEARD_CARDS; mac++) table.intern(0, 0, true, 2, mac, 0, 0, 1);
    const crowd = table.intern(0, 0, true, 3, 1, 0, 0, 1);
    expect(table.intern(0, 0, true, 3, 2, 4, 9, 1)).toBe(crowd);
    table.markSpoken(crowd, 1);
    table.add(crowd, 1, 1, 60, 1);
    expect(table.spoke(crowd)).toBe(false);
    expect([table.count, table.newcomers.cards]).toEqual([MAX_UNHEARD_CARDS + 1, 2]);
    const back = new EndpointTable();
    for (let id = 1; id <= table.count; id++)
      back.restore({ ...table.get(id), spoke: table.spoke(id), traffic: table.traffic(id) });
    back.markSpoken(crowd, 2);
    expect([back.count, back.spoke(crowd)]).toEqual([table.count, false]);
  });
});
