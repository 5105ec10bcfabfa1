import { describe, expect, it } from 'vitest';
import { contextOf, octets, recorder, torture } from '../../../test/datagram-harness.ts';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { ethercat } from './index.ts';
import { CMD, type EcatFields, type EcatMessage, encodeEcat } from './wire.ts';

const decode = (b: Uint8Array): EcatMessage => {
  const d = ethercat.decode(b, 0, b.length, contextOf(), ethercat.open());
  if (d.kind !== 'message') throw new Error(JSON.stringify(d));
  return d.message;
};
/** Each frame goes round: as sent, and as it comes back with its working counter and what the slaves put into it. */
const talk = (...rounds: readonly (readonly [sent: EcatFields, back: Partial<EcatFields>])[]) => {
  const { out, sink } = recorder();
  const state = ethercat.open();
  for (const [sent, back] of rounds)
    ethercat.observe(
      {
        request: decode(encodeEcat([sent])),
        response: decode(encodeEcat([{ ...sent, workingCounter: 1, ...back }])),
        state: 'answered',
        at: contextOf(),
      },
      sink,
      state,
    );
  return out;
};
/** A mailbox: length, address 0, channel 0, type with counter 1, then padding up to 32 octets. */
const mail = (type: number, body: string): Uint8Array => {
  const b = octets(body);
  const out = new Uint8Array(Math.max(32, 6 + b.length));
  out.set([b.length, 0, 0, 0, 0, 0x10 | type]);
  out.set(b, 6);
  return out;
};
const EMPTY = new Uint8Array(32);

const CYCLE = octets(
  '1f10' + // frame header: 31 octets, type 1
    '0c de 00000001 0480 0000 00000000 0000' + // LRW of 4 octets at 0x01000000, another follows
    '07 00 0000 3001 0200 0000 0000 0000' + // BRD of AL status, 2 octets
    '0000000000', // padding of Ethernet
);

describe('ethercat', () => {
  it('reads datagrams, and what is cyclic', () => {
    expect(decode(CYCLE)).toMatchObject({
      type: 'EtherCAT datagrams',
      isCyclic: true,
      isProcessed: false,
      datagrams: [
        { command: CMD.LRW, index: 0xde, logical: 0x01000000, length: 4, workingCounter: 0 },
        { command: CMD.BRD, adp: 0, ado: 0x0130, length: 2 },
      ],
    });
    expect(ethercat.pairing!.role(decode(CYCLE), contextOf())).toBe('single');
  });
  it('knows a change of state of one slave and of all', () => {
    const out = talk(
      [{ command: CMD.FPWR, adp: 1001, ado: 0x0120, data: [8, 0] }, {}],
      [{ command: CMD.BWR, adp: 0, ado: 0x0120, data: [1, 0] }, { workingCounter: 7 }],
      [{ command: CMD.FPRD, adp: 1001, ado: 0x0130, data: [0, 0, 0, 0, 0, 0] }, { data: [0x14, 0, 0, 0, 0x1b, 0] }],
      [{ command: CMD.FPWR, adp: 1009, ado: 0x0120, data: [8, 0] }, { workingCounter: 0 }],
    );
    expect(out.commands.map((x) => [x.verb, x.value, x.outcome])).toEqual([
      ['mode-change', 'OP', 'accepted'],
      ['mode-change', 'INIT', 'accepted'],
      ['mode-change', 'OP', 'unanswered'],
    ]);
    expect(out.endpoints).toContain('undefined > ethercat-slave EtherCAT station 1001');
    expect(out.identities).toMatchObject([{ attribute: 'mode', value: 'SAFEOP' }]);
    expect(out.weirds).toMatchObject([
      { code: 'ethercat.al-error', detail: 'a slave reports an error in SAFEOP, AL status code 0x001b' },
    ]);
  });
  it('reads objects through the mailbox, with refusal', () => {
    const box = { command: CMD.FPWR, adp: 1001, ado: 0x1000 };
    const poll = { command: CMD.FPRD, adp: 1001, ado: 0x1080, data: EMPTY };
    const out = talk(
      // CoE: SDO request (service 2), upload 0x1018:02
      [{ ...box, data: mail(3, '0020 40 1810 02 00000000') }, {}],
      [poll, { data: mail(3, '0030 43 1810 02 52304c04') }],
      // download 0x6060:00 = 8, one octet, expedited
      [{ ...box, data: mail(3, '0020 2f 6060 00 08000000') }, {}],
      [poll, { data: mail(3, '0030 60 6060 00 00000000') }],
      // download of 0x1018:01 is refused: 0x06010002
      [{ ...box, data: mail(3, '0020 23 1810 01 02000000') }, {}],
      [poll, { data: mail(3, '0030 80 1810 01 02000106') }],
      // upload of the device name, 6 octets
      [{ ...box, data: mail(3, '0020 40 0810 00 00000000') }, {}],
      [poll, { data: mail(3, '0030 41 0810 00 06000000 454c33323032') }],
    );
    expect(out.commands.map((x) => [x.verb, x.object, x.value, x.outcome, x.reason])).toEqual([
      ['read', '0x1018:02 (identity)', undefined, 'accepted', undefined],
      ['write', '0x6060:00 (modes of operation)', 8, 'accepted', undefined],
      ['configure', '0x1018:01 (identity)', 2, 'refused', 'write to a read-only object (0x06010002)'],
      ['read', '0x1008:00 (device name)', undefined, 'accepted', undefined],
    ]);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'order-number=product code 0x044c3052',
      'model=EL3202',
    ]);
  });
  it('reads the object dictionary, and calls objects as the slave does', () => {
    const box = { command: CMD.FPWR, adp: 1001, ado: 0x1000 };
    const poll = { command: CMD.FPRD, adp: 1001, ado: 0x1080, data: EMPTY };
    const out = talk(
      // SDO information (service 8), opcode 1: list of all objects; the answer has two of them
      [{ ...box, data: mail(3, '0080 01 00 0000 0100') }, {}],
      [poll, { data: mail(3, '0080 02 00 0000 0100 1810 0080') }],
      // opcode 3: what is 0x8000? INTEGER16... five subindices, a record: "Gain"
      [{ ...box, data: mail(3, '0080 03 00 0000 0080') }, {}],
      [poll, { data: mail(3, '0080 04 00 0000 0080 0300 05 09 4761696e') }],
      [{ ...box, data: mail(3, '0080 03 00 0000 0190') }, {}],
      [poll, { data: mail(3, '0080 07 00 0000 00000206') }],
      [{ ...box, data: mail(3, '0020 40 0080 01 00000000') }, {}],
      [poll, { data: mail(3, '0030 4b 0080 01 64000000') }],
    );
    expect(out.commands.map((x) => [x.verb, x.operation, x.object, x.outcome, x.reason])).toEqual([
      ['discover', 'SDO Information', 'object dictionary', 'accepted', undefined],
      ['discover', 'SDO Information', '0x9001', 'refused', 'object does not exist (0x06020000)'],
      ['read', 'SDO Upload', '0x8000:01 (Gain)', 'accepted', undefined],
    ]);
  });
  it('reads Ethernet, ADS, files and errors in mailboxes', () => {
    const box = { command: CMD.FPWR, adp: 1001, ado: 0x1000 };
    const poll = { command: CMD.FPRD, adp: 1001, ado: 0x1080, data: new Uint8Array(64) };
    const ip = '4500 0028 0001 0000 40 06 0000 0a000005 0a000009'; // 10.0.0.5 to 10.0.0.9, TCP
    const ams = '0a0000050101 e803 0a0000010101 0080';
    const out = talk(
      // EoE: type 2 sets address, mask and gateway; type 0 carries a frame, told once
      [{ ...box, data: mail(2, '0201 0000 0e000000 0500000a 00ffffff 0100000a') }, {}],
      [{ ...box, data: mail(2, `0001 0000 020000000002 020000000001 0800 ${ip} c000 01f6`) }, {}],
      [{ ...box, data: mail(2, `0001 0010 020000000002 020000000001 0800 ${ip} c000 01f6`) }, {}],
      // AoE: ADS Write (3) to group 0xf302, object 0x8000:01; answered without error
      [{ ...box, data: mail(1, `${ams} 0300 0400 0e000000 00000000 07000000 02f30000 01000080 02000000 1234`) }, {}],
      [poll, { data: mail(1, `0a0000010101 0080 0a0000050101 e803 0300 0500 04000000 00000000 07000000 00000000`) }],
      // FoE: write "app.efw", which the slave refuses
      [{ ...box, data: mail(4, '0200 00000000 6170702e656677') }, {}],
      [poll, { data: mail(4, '0500 08800000 626f6f74') }],
      // An error reply: the protocol is not supported
      [poll, { data: mail(0, '0100 0200') }],
    );
    expect(out.commands.map((x) => [x.verb, x.operation, x.object, x.value, x.outcome, x.reason])).toEqual([
      [
        'configure',
        'EoE Set IP Parameter',
        'IP address',
        'IP 10.0.0.5, mask 255.255.255.0, gateway 10.0.0.1',
        'accepted',
        undefined,
      ],
      [
        'invoke',
        'Ethernet over EtherCAT',
        '02:00:00:00:00:01 to 02:00:00:00:00:02, 10.0.0.5 to 10.0.0.9, TCP 502',
        undefined,
        'accepted',
        undefined,
      ],
      ['write', 'AoE Write', '0x8000:01', undefined, 'accepted', undefined],
      ['firmware-update', 'FoE Write', 'app.efw', undefined, 'accepted', undefined],
      ['firmware-update', 'FoE Write', 'app.efw', undefined, 'refused', 'bootstrap only (0x8008): boot'],
    ]);
    // The same with a place for every field, as Wireshark wants it.
    const fixed = `0201 0000 0e000000 000000000000 0500000a 00ffffff 0100000a 00000000 ${'00'.repeat(32)}`;
    expect(talk([{ ...box, data: mail(2, fixed) }, {}]).commands[0]!.value).toBe(
      'IP 10.0.0.5, mask 255.255.255.0, gateway 10.0.0.1',
    );
    expect(out.weirds).toMatchObject([{ detail: 'mailbox error: protocol not supported' }]);
  });
  it('joins objects that come in segments, and says one that is aborted', () => {
    const box = { command: CMD.FPWR, adp: 1001, ado: 0x1000 };
    const poll = { command: CMD.FPRD, adp: 1001, ado: 0x1080, data: EMPTY };
    const out = talk(
      // upload of the device name: 13 octets, of which the first answer carries six
      [{ ...box, data: mail(3, '0020 40 0810 00 00000000') }, {}],
      [poll, { data: mail(3, '0030 41 0810 00 0d000000 455375626d61') }],
      // the next segment, please; toggle 0: seven octets, the last ones
      [{ ...box, data: mail(3, '0020 60 000000 00000000') }, {}],
      [poll, { data: mail(3, '0030 01 7374657220 4131') }],
      // download of 9 octets to 0x2000:01, none of them at once
      [{ ...box, data: mail(3, '0020 21 0020 01 09000000') }, {}],
      [poll, { data: mail(3, '0030 60 0020 01 00000000') }],
      // toggle 0: seven octets, more follow; confirmed
      [{ ...box, data: mail(3, '0020 00 52656369706520') }, {}],
      [poll, { data: mail(3, '0030 20 00000000000000') }],
      // toggle 1: two octets (5 of 7 unused), the last; confirmed
      [{ ...box, data: mail(3, '0020 1b 3132 0000000000') }, {}],
      [poll, { data: mail(3, '0030 30 00000000000000') }],
      // another download is aborted in its segments: toggle bit not alternated
      [{ ...box, data: mail(3, '0020 21 0020 01 09000000') }, {}],
      [poll, { data: mail(3, '0030 60 0020 01 00000000') }],
      [{ ...box, data: mail(3, '0020 10 52656369706520') }, {}],
      [poll, { data: mail(3, '0030 80 0020 01 00000305') }],
    );
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual(['model=ESubmaster A1']);
    expect(out.commands.map((x) => [x.verb, x.object, x.value, x.outcome, x.reason])).toEqual([
      ['read', '0x1008:00 (device name)', undefined, 'accepted', undefined],
      ['configure', '0x2000:01', '526563697065203132', 'accepted', undefined],
      ['configure', '0x2000:01', '9 octets', 'refused', expect.stringContaining('0x05030000')],
    ]);
  });
  it('reads who a slave is from its EEPROM', () => {
    const at = { adp: 0xffff };
    const out = talk(
      [{ command: CMD.APWR, ...at, ado: 0x0502, data: [0, 1, 8, 0, 0, 0] }, {}],
      [
        { command: CMD.APRD, ...at, ado: 0x0508, data: new Uint8Array(4) },
        { adp: 0, data: [2, 0, 0, 0] },
      ],
    );
    expect(out.identities).toMatchObject([{ attribute: 'vendor', value: 'Beckhoff' }]);
    expect(out.endpoints).toContain('undefined > ethercat-slave EtherCAT position 1');
  });
  it('knows new firmware, and drive parameters', () => {
    const box = { command: CMD.FPWR, adp: 1001, ado: 0x1000 };
    const poll = { command: CMD.FPRD, adp: 1001, ado: 0x1080, data: EMPTY };
    const out = talk(
      [{ ...box, data: mail(4, '0200 deadbeef 6169782e656677') }, {}], // FoE write request, password, 'aix.efw'
      [{ ...box, data: mail(5, '03 40 2000 2a000000') }, {}], // SoE write request of S-0-0032
      [poll, { data: mail(5, '04 40 2000') }],
    );
    expect(out.commands.map((x) => [x.verb, x.operation, x.object, x.value, x.outcome])).toEqual([
      ['firmware-update', 'FoE Write', 'aix.efw', undefined, 'accepted'],
      ['configure', 'SoE Write', 'drive 0 S-0-0032', 42, 'accepted'],
    ]);
    expect(JSON.stringify(out)).not.toContain('deadbeef');
  });
  it('says what contradicts itself', () => {
    const cut = CYCLE.slice(0, 20);
    expect(ethercat.decode(cut, 0, cut.length, contextOf(), ethercat.open())).toMatchObject({
      kind: 'malformed',
      code: 'ethercat.length',
    });
    const wrong = Uint8Array.from(CYCLE);
    wrong[2] = 15;
    expect(ethercat.probe(wrong, 0, wrong.length, contextOf())).toBe('no');
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(
      ethercat,
      [
        CYCLE,
        encodeEcat([
          { command: CMD.FPWR, adp: 1001, ado: 0x1000, data: mail(3, '0020 40 1810 02 00000000') },
          {
            command: CMD.FPRD,
            adp: 1001,
            ado: 0x1080,
            data: mail(3, '0030 41 0810 00 06000000 454c33323032'),
            workingCounter: 1,
          },
        ]),
        encodeEcat([{ command: CMD.APWR, adp: 0, ado: 0x0502, data: [0, 1, 8, 0, 0, 0] }]),
        encodeEcat([{ command: CMD.FPWR, adp: 1001, ado: 0x1000, data: mail(3, '0020 21 0020 01 09000000') }]),
        encodeEcat([{ command: CMD.FPWR, adp: 1001, ado: 0x1000, data: mail(3, '0020 1b 3132 0000000000') }]),
      ],
      3,
    );
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('ethercat on captures', () => {
  it('reads 37 frames as Wireshark does, and one master, not two', async () => {
    const run = await decodeCapture(sharedCapture('ethercat/ipal.ethercat'));
    expect(run.messages.length).toBe(37);
    expect(run.of('weird')).toEqual([]);
    // The first slave sets the locally administered bit of the source address: no second master.
    expect([...new Set(run.of('flow').map((x) => run.textOf(x.what.client)))]).toEqual(['00:01:05:6c:b0:15']);
    expect(run.of('command').map((x) => x.what.object)).toContain('register 0x0010 (station address)');
  });
});
