import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, sameInPieces, up } from '../../../test/decoding.ts';
import * as f from '../../../test/enip-octets.ts';
import { decodeCip } from './cip.ts';
import { decodeEpath, encodeEpath } from './epath.ts';
import { enip } from './index.ts';
import {
  encodeConnected,
  encodeIdentity,
  encodeListIdentity,
  encodeParts,
  encodeRegisterSession,
  encodeRequest,
  encodeResponse,
  encodeUnconnected,
  encodeUnconnectedSend,
} from './wire.ts';

const context = Uint8Array.from([0x04, 0x81, 0x30, 0, 0x18, 0xa7, 0xe1, 0]);

describe('EtherNet/IP encapsulation', () => {
  it('reads every field of the header', () => {
    const { messages } = drive(enip, [up(f.registerRequest), down(f.registerResponse)]);
    expect(messages[0]).toMatchObject({
      type: 'request',
      command: 0x65,
      name: 'Register Session',
      length: 4,
      session: 0,
      status: 0,
      contextHigh: 0x04813000,
      contextLow: 0x18a7e100,
      options: 0,
      connectionId: -1,
      sequence: -1,
    });
    expect(messages[1]).toMatchObject({ type: 'response', session: 0x11020100 });
    expect(messages[0]!.key).toBe(messages[1]!.key);
  });

  it('reads the interface handle and the time-out of what carries items', () => {
    const read = encodeUnconnected(encodeRequest(0x0e, encodeEpath({ cls: 1, instance: 1, attribute: 7 })), {
      session: 1,
    });
    read.set([0x44, 0x33, 0x22, 0x91, 0x0a, 0x01], 24);
    expect(drive(enip, [up(read)]).messages[0]).toMatchObject({ interfaceHandle: 0x91223344, timeout: 0x010a });
    expect(drive(enip, [up(f.registerRequest)]).messages[0]).toMatchObject({ interfaceHandle: -1, timeout: -1 });
    expect(drive(enip, [up(read)]).messages[0]!.cip!.timeoutMs).toBe(-1);
  });

  it('reads what a session is registered for, and how long an Unconnected Send may take', () => {
    expect(drive(enip, [up(f.registerRequest)]).messages[0]).toMatchObject({ protocolVersion: 1, sessionOptions: 0 });
    const other = f.registerRequest.slice();
    other.set([2, 0, 0x80, 0], 24);
    expect(drive(enip, [up(other)]).messages[0]).toMatchObject({ protocolVersion: 2, sessionOptions: 0x80 });
    // Tick time 5 (32 ms), 157 ticks (3-5.5.1.2).
    expect(drive(enip, [up(f.readTag)]).messages[0]).toMatchObject({
      protocolVersion: -1,
      sessionOptions: -1,
      cip: { timeoutMs: 32 * 0x9d },
    });
  });

  it('gives the same messages however TCP cuts the stream', () => {
    sameInPieces(enip, [
      up(f.registerRequest),
      down(f.registerResponse),
      up(f.forwardOpen),
      down(f.forwardOpened),
      up(f.stopRequest),
    ]);
  });

  it('is sure of headers it could have sent and of nothing else', () => {
    const probe = (b: Uint8Array) => enip.probe(b, 0, b.length, contextOf());
    for (const b of [f.registerRequest, f.readTag, f.stopRequest, f.listIdentity, f.listIdentityAnswer])
      expect(probe(b)).toBe('sure');
    expect(probe(f.readTag.slice(0, 10))).toBe('more');
    expect(probe(bytesOf('474554202f20485454502f312e310d0a0d0a0000000000000000'))).toBe('no'); // GET / HTTP/1.1
    expect(probe(new Uint8Array(40))).toBe('maybe'); // a NOP, or just zeros
    const options = f.readTag.slice();
    options[20] = 1; // options "shall be 0"
    expect(probe(options)).toBe('no');
  });

  it('reads what List Services and socket address items say', () => {
    const services = bytesOf(`0400 1a00 00000000 00000000 0000000000000000 00000000
      0100 # one item
      0001 1400 # List Services, 20 octets
      0100 2001 # version 1, flags: CIP over TCP, I/O over UDP
      436f6d6d756e69636174696f6e730000 # "Communications"`);
    const opened = bytesOf(`6f00 2400 05000000 00000000 0000000000000000 00000000
      00000000 0000 0300 # interface handle, timeout, three items
      0000 0000 # null address
      b200 0400 8e001600 # unconnected data: object does not exist
      0180 0c00 0002 08ae ef c0 01 02 00000000 # T->O socket address (cut after 12 octets): 239.192.1.2:2222`);
    const { messages } = drive(enip, [down(services), down(opened)]);
    expect(messages.map((m) => m.items.map((i) => i.text))).toEqual([
      ['Communications, CIP over TCP, I/O over UDP'],
      ['T->O 239.192.1.2:2222'],
    ]);
  });

  it('calls a message by its service, and an answer by what was asked', () => {
    const headings = (...frames: Uint8Array[]) =>
      drive(
        enip,
        frames.map((frame, i) => (i % 2 === 0 ? up(frame) : down(frame))),
      ).messages.map((m) => enip.heading?.(m));
    expect(headings(f.registerRequest, f.registerResponse)).toEqual([
      'Register Session request',
      'Register Session response',
    ]);
    expect(headings(f.forwardOpen, f.forwardOpened)).toEqual(['Forward Open request', 'Forward Open response']);
    // Sent through the Connection Manager to a controller in a slot; without its request an answer has a number only.
    const refused = encodeUnconnected(encodeResponse(0x4c, 4), {
      session: 0x00910ad0,
      context: Uint8Array.of(0, 0, 0, 0, 0x30, 0, 0, 0),
    });
    expect(headings(f.readTag, refused)).toEqual(['Read Tag request', 'Read Tag response: path segment error']);
    expect(drive(enip, [down(refused)]).messages.map((m) => enip.heading?.(m))).toEqual([
      'Service 0x4C response: path segment error',
    ]);
    expect(headings(f.multiple, f.multipleAnswer)[1]).toBe(
      'Get Attribute List, Read Data response: embedded service error',
    );
  });

  it('reads the header of a command that nobody defined, and its refusal', () => {
    const asked = f.registerRequest.slice();
    asked[0] = 0x27;
    const refused = asked.slice(0, 24);
    refused.set([0, 0], 2); // no data
    refused.set([1, 0, 0, 0], 8); // invalid or unsupported command
    const run = drive(enip, [up(f.registerRequest), down(f.registerResponse), up(asked), down(refused)]);
    expect(run.malformed).toEqual([]);
    expect(run.messages.slice(2)).toMatchObject([
      { type: 'request', command: 0x27, name: 'Reserved command', length: 4, status: 0, itemTypes: [] },
      { type: 'response', command: 0x27, length: 0, status: 1 },
    ]);
    expect(run.weirds.map((w) => w.detail)).toEqual(['no command 0x27']);
    expect(enip.probe(asked, 0, asked.length, contextOf())).toBe('maybe');
    asked[20] = 1; // options
    expect(enip.probe(asked, 0, asked.length, contextOf())).toBe('no');
  });

  it('ends a session without an answer', () => {
    const { sessions } = drive(enip, [up(bytesOf('6600 0000 05000000 00000000 0000000000000000 00000000'))]);
    expect(sessions).toMatchObject([{ phase: 'close', outcome: 'unconfirmed' }]);
  });

  it('says the name of a refusal by the encapsulation', () => {
    const refused = f.readTag.slice(0, 24);
    refused[2] = 0; // no data
    refused[8] = 0x64; // invalid session handle
    const { commands } = drive(enip, [up(f.readTag), down(refused)]);
    expect(commands[0]).toMatchObject({ verb: 'read', outcome: 'refused', reason: 'invalid session handle (0x64)' });
  });

  it('is what the encoders write', () => {
    const route = encodeEpath({ route: [{ port: 1, link: 0 }] });
    const read = encodeRequest(0x4c, encodeEpath({ symbol: 'FIT201:2' }), Uint8Array.of(1, 0));
    const send = encodeRequest(0x52, encodeEpath({ cls: 6, instance: 1 }), encodeUnconnectedSend(read, route));
    const frame = encodeUnconnected(send, { session: 0x00910ad0, context: Uint8Array.of(0, 0, 0, 0, 0x30, 0, 0, 0) });
    frame[28] = 0x0a; // the fixture's timeout
    expect(frame).toEqual(f.readTag);
    expect(encodeRegisterSession({ context })).toEqual(f.registerRequest);
    const stop = encodeRequest(7, encodeEpath({ cls: 0x8e, instance: 1 }));
    const connected = encodeConnected(stop, 0x00790301, 0x87, { session: 0x11020100 });
    connected[28] = 1;
    expect(connected).toEqual(f.stopRequest);
    const identity = encodeIdentity({
      vendorId: 1,
      deviceType: 12,
      productCode: 58,
      major: 4,
      minor: 3,
      status: 0x30,
      serial: 0x00524d8e,
      productName: '1756-ENBT/A',
    });
    expect(
      encodeListIdentity(identity, Uint8Array.of(10, 1, 1, 164), 3, Uint8Array.of(0xc1, 0xde, 0xbe, 0xd1)),
    ).toEqual(f.listIdentityAnswer);
    expect(
      decodeCip(
        encodeResponse(0x0a, 0, encodeParts([encodeResponse(0x0e, 5), encodeResponse(0x0e, 0)])),
        0,
        22,
      )?.embedded.map((x) => x.status),
    ).toEqual([5, 0]);
    expect(decodeCip(encodeResponse(0x52, 1, undefined, 0x204), 0, 6)).toMatchObject({ status: 1, extended: 0x204 });
  });
});

describe('EPATH', () => {
  const path = (text: string) => {
    const b = bytesOf(text);
    return decodeEpath(b, 0, b.length);
  };
  it.each([
    ['20 01 24 00 30 02', { cls: 1, instance: 0, attribute: 2, text: 'Identity 0 attribute 2 (Max Instance)' }],
    ['20 06 24 01 30 08', { attribute: 8, text: 'Connection Manager 1 attribute 8 (Connection Timeouts)' }],
    ['20 f4 24 00 30 08', { attribute: 8, text: 'Port 0 attribute 8 (Entry Port)' }],
    ['20 65 24 01 30 08', { attribute: 8, text: 'class 0x65 1 attribute 8' }],
    ['20 f6 24 01 30 63', { attribute: 99, text: 'Ethernet Link 1 attribute 99' }],
    ['20 01 24 01 30 07', { cls: 1, instance: 1, attribute: 7, text: 'Identity 1 attribute 7 (Product Name)' }],
    ['21 00 38 03 25 00 20 24', { cls: 0x338, instance: 0x2420, text: 'class 0x338 9248' }], // 16-bit forms
    ['20 04 26 00 78 56 34 12', { cls: 4, instance: 0x12345678, text: 'Assembly 0x12345678' }], // 32-bit form
    ['20 04 24 66 2c 65 2c 64', { connectionPoint: 0x65, text: 'Assembly 102 point 101 point 100' }],
    ['20 8e 24 01 20 74 24 01', { cls: 0x8e, lastClass: 0x74, text: 'Controller Mode 1 Lock 1' }],
    ['91 05 5461 6e6b 31 00 28 03 91 05 4c65 7665 6c 00', { symbol: 'Tank1[3].Level', text: 'Tank1[3].Level' }],
    ['91 01 41 00 28 01 29 00 00 01', { symbol: 'A[1,256]' }],
    ['63 41 42 43', { symbol: 'ABC' }], // C-1.4.4: length in the segment's octet; 3 octets need no padding
    ['01 03', { route: '1/3', cls: -1 }],
    ['12 0b 3139 322e 3136 382e 312e 35 00 01 00', { route: '2/192.168.1.5,1/0' }], // extended link address, padded
    ['0f 10 00 07', { route: '16/7' }], // port 15: a 16-bit port number follows
    ['1f 02 10 00 3132', { route: '16/12' }],
    ['34 04 0100 0e00 3600 90 14 20 02 24 01', { text: 'Message Router 1' }], // electronic key
    ['43 05 20 02 24 01', { text: 'Message Router 1' }], // network segment: production inhibit 5 ms
    ['80 02 0102 0304 20 02 24 01', { text: 'Message Router 1' }], // simple data segment of two words
  ])('%s', (text, want) => {
    expect(path(text)).toMatchObject({ valid: true, ...want });
  });
  it('keeps what it read of a cut or undefined path and says so', () => {
    expect(path('20 06 24')).toMatchObject({ cls: 6, instance: -1, valid: false });
    expect(path('20 06 e0 00')).toMatchObject({ cls: 6, valid: false });
    expect(path('91 09 41 42')).toMatchObject({ symbol: '', valid: false });
    expect(path('34 09 00 00')).toMatchObject({ valid: false });
  });
  it('is written in the shortest form', () => {
    expect(encodeEpath({ cls: 0x338, instance: 0x12345, attribute: 3 })).toEqual(bytesOf('21003803 260045230100 3003'));
    expect(encodeEpath({ symbol: 'Tank1[3].Level' })).toEqual(bytesOf('9105 54616e6b3100 2803 9105 4c6576656c00'));
    expect(encodeEpath({ route: [{ port: 2, link: '192.168.1.5' }] })).toEqual(
      bytesOf('120b 3139322e3136382e312e35 00'),
    );
  });
});

describe('CIP in the common vocabulary', () => {
  it('finds the module of a slot through its identity', () => {
    const { identities, commands } = drive(enip, [up(f.identityOfSlot('00')), down(f.identityAnswer)]);
    expect(commands).toMatchObject([
      { verb: 'read', operation: 'Get Attributes All', target: 99, object: 'Identity 1', outcome: 'accepted' },
    ]);
    expect(identities.map((x) => `${x.endpoint} ${x.attribute}=${x.value}`)).toEqual([
      '99 vendor=Rockwell Automation/Allen-Bradley',
      '99 device-type=Programmable Logic Controller',
      '99 model=1756-L61/B LOGIX5561',
      '99 order-number=1756-L61/B',
      '99 firmware=16.20',
      '99 serial=0x0051823f',
      '99 mode=run',
    ]);
  });

  it('names both parts of a routing failure', () => {
    const { commands } = drive(enip, [up(f.identityOfSlot('04')), down(f.slotTimeout)]);
    expect(commands).toMatchObject([
      {
        verb: 'read',
        object: 'Identity 1',
        outcome: 'refused',
        reason: 'connection failure (0x01): unconnected request timed out (0x0204)',
      },
    ]);
  });

  it('follows a connection from its Forward Open to the mode change on it', () => {
    const { commands, sessions, messages } = drive(enip, [
      up(f.forwardOpen),
      down(f.forwardOpened),
      up(f.stopRequest),
      down(f.stopAnswer),
    ]);
    expect(sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'explicit connection to 1/0 Message Router 1' },
    ]);
    expect(messages[2]).toMatchObject({ route: '1/0', sequence: 0x87, connectionId: 0x00790301 });
    expect(messages[3]).toMatchObject({ route: '1/0', connectionId: 0x80fe0013 });
    expect(commands).toMatchObject([
      { verb: 'mode-change', operation: 'Stop', value: 'program', target: 99, outcome: 'accepted' },
    ]);
  });

  it('reads the wider parameters of a Large Forward Open', () => {
    const b = bytesOf(`5b 02 2006 2401 # Large Forward Open to the Connection Manager
      07 f9 00000000 02200000 # timing, O->T id, T->O id
      0700 0100 34120000 # triad
      01 000000 # multiplier, reserved
      10270000 a00f0042 # O->T every 10 ms, 4000 octets
      204e0000 d0070042 # T->O every 20 ms, 2000 octets
      01 04 2004 2466 2c64 2c65 # class 1, path of 4 words: assembly 102, points 100 and 101`);
    expect(decodeCip(b, 0, b.length)).toMatchObject({
      name: 'Large Forward Open',
      verb: 'none',
      forward: {
        what: 'open',
        toId: 0x2002,
        serial: 7,
        vendor: 1,
        originator: 0x1234,
        otRpiUs: 10_000,
        otSize: 4000,
        toRpiUs: 20_000,
        toSize: 2000,
        transportClass: 1,
        path: { text: 'Assembly 102 point 100 point 101' },
      },
    });
  });

  it('reads what the ends of a CIP Safety connection agree on', () => {
    const open = (format: string, faults: string) =>
      bytesOf(`54 02 2006 2401
      0a 0e 01000000 02000000 # timing, ids
      0100 3412 78563412 03 000000 # triad, multiplier, reserved
      20a10700 1048 20a10700 1048 01 # both directions every 500 ms, 16 octets, class 1
      ${faults === '' ? '20' : '23'} # path in words
      2004 2401 # Assembly 1
      50 ${faults === '' ? '1b' : '1e'} ${format} 00 # safety network segment in words, format, reserved
      44332211 aabbccddeeff # SCCRC, SCTS
      10270000 1048 # time correction every 10 ms, its parameters
      0102030405060708090a 1112131415161718191a # target and originator: network number, node
      6400 0500 2003 02 01 # ping interval 100, time coordination 5, expectation 800 (x 128 us), timeout 2, one consumer
      ${faults} 99887766 ffffffff # CPCRC, time correction connection
      ${faults === '' ? '' : '0600 0700'} # initial time stamp and rollover
      2c64 2c65 # points 100 and 101`);
    const path = (b: Uint8Array) => decodeCip(b, 0, b.length)!.forward!.path;
    const safety = {
      format: 0,
      configurationCrc: 0x11223344,
      configurationTimestamp: 'aabbccddeeff',
      target: '0102030405060708090a',
      originator: '1112131415161718191a',
      timeCorrectionEpiUs: 10_000,
      pingIntervalMultiplier: 100,
      timeCoordinationMultiplier: 5,
      expectedUs: 102_400,
      timeoutMultiplier: 2,
      maxConsumers: 1,
      maxFaults: -1,
      parametersCrc: 0x66778899,
      timeCorrectionId: 0xffffffff,
    };
    expect(path(open('00', ''))).toMatchObject({ valid: true, text: 'Assembly 1 point 100 point 101', safety });
    expect(path(open('02', '0500'))).toMatchObject({ valid: true, safety: { ...safety, format: 2, maxFaults: 5 } });
    // A format that is not known: the path stands, the segment is named and nothing is made up.
    expect(path(open('07', '')).safety).toBeUndefined();
    const answer = bytesOf(`d4 00 00 00 01000000 02000000 0100 3412 78563412 20a10700 20a10700 00 00`);
    const { sessions, values } = drive(enip, [
      up(encodeUnconnected(open('00', ''), { session: 1, context })),
      down(encodeUnconnected(answer, { session: 1, context })),
    ]);
    expect(sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'CIP Safety connection to Assembly 1 point 100 point 101' },
    ]);
    expect(values.map((x) => `${x.path} ${x.value}`)).toEqual([
      'safety configuration signature 287454020',
      'safety network number 010203040506',
      'safety network time expectation us 102400',
    ]);
  });

  it('binds an answer to a connection whose Forward Open was not captured', () => {
    const { commands, messages } = drive(enip, [up(f.stopRequest), down(f.stopAnswer)]);
    expect(messages[0]!.key).toBe(messages[1]!.key);
    expect(commands).toMatchObject([{ verb: 'mode-change', outcome: 'accepted', target: 2 }]);
  });

  it('binds answers although the capture began with one whose request was not captured', () => {
    const first = f.stopAnswer.slice();
    first[44] = 0x20; // another sequence count
    const { commands, messages } = drive(enip, [down(first), up(f.stopRequest), down(f.stopAnswer)]);
    expect(messages[1]!.key).toBe(messages[2]!.key);
    expect(commands.map((c) => [c.object, c.outcome])).toEqual([
      [undefined, 'accepted'],
      ['Controller Mode 1', 'accepted'],
    ]);
  });

  it('pairs by sequence count where answers overtake each other', () => {
    // Octet 44 of a connected message is the low octet of its sequence count.
    const as = (b: Uint8Array, sequence: number) => Uint8Array.from(b, (x, i) => (i === 44 ? sequence : x));
    const refused = as(f.stopAnswer, 2);
    refused[48] = 0x10; // general status: device state conflict
    const { commands } = drive(enip, [
      up(as(f.stopRequest, 1)),
      up(as(f.stopRequest, 2)),
      down(refused),
      down(as(f.stopAnswer, 1)),
    ]);
    expect(commands.map((c) => [c.object, c.outcome, c.reason])).toEqual([
      ['Controller Mode 1', 'refused', 'device state conflict (0x10)'],
      ['Controller Mode 1', 'accepted', undefined],
    ]);
  });

  it('tells two connections without a Forward Open apart by their sequence counts', () => {
    const other = f.stopRequest.slice();
    other[36] = 0x55; // another connection id
    other[44] = 0x20; // another sequence count
    const { messages } = drive(enip, [up(other), up(f.stopRequest), down(f.stopAnswer)]);
    expect(messages[2]!.connection).toBe(messages[1]!.connection);
    expect(messages[2]!.connection).not.toBe(messages[0]!.connection);
  });

  it('reads a tag', () => {
    const { commands, values } = drive(enip, [up(f.readTag), down(f.readTagAnswer)]);
    expect(commands).toMatchObject([
      { verb: 'read', operation: 'Read Tag', object: 'tag FIT201:2', outcome: 'accepted' },
    ]);
    expect(values).toEqual([{ target: 99, path: 'FIT201:2', type: 'REAL', value: Math.fround(2.45), access: 'read' }]);
  });

  it('keeps no value of a tag that is called a password, neither written nor read', () => {
    const asked = encodeUnconnected(encodeRequest(0x4c, encodeEpath({ symbol: 'LinePassword' }), bytesOf('0100')), {
      session: 1,
    });
    const told = encodeUnconnected(encodeResponse(0x4c, 0, bytesOf('a002 ce0f 04000000 68757368')), { session: 1 });
    const run = drive(enip, [up(asked), down(told)]);
    expect(run.messages[1]!.cip!.data).toEqual(Uint8Array.from('(masked)', (c) => c.charCodeAt(0)));
    expect(run.values).toMatchObject([{ path: 'LinePassword', value: '(masked)', access: 'read' }]);
  });

  it('says what a refused write wanted, and that it was not done', () => {
    const { commands, values } = drive(enip, [up(f.writeTag), down(f.writeRefused)]);
    expect(commands).toMatchObject([
      {
        verb: 'write',
        operation: 'Write Tag',
        object: 'tag Level_SP',
        value: 1400,
        outcome: 'refused',
        reason: 'class specific error (0xff), extended 0x2107',
      },
    ]);
    expect(values).toEqual([]);
  });

  it('takes a Multiple Service Packet apart, each with its own outcome', () => {
    const { commands } = drive(enip, [up(f.multiple), down(f.multipleAnswer)]);
    expect(commands).toMatchObject([
      { verb: 'read', object: 'Identity 1 attributes 5 (Status)', outcome: 'accepted' },
      {
        verb: 'read',
        operation: 'Read Data',
        object: 'Watch List 0',
        outcome: 'refused',
        reason: 'path destination unknown (0x05)',
      },
    ]);
  });

  it('knows PCCC mode changes and forces, and their own refusals', () => {
    const { commands } = drive(enip, [up(f.pcccMode), down(f.pcccAnswer), up(f.pcccForce)]);
    expect(commands).toMatchObject([
      {
        verb: 'mode-change',
        operation: 'Change CPU Mode',
        value: 'program',
        outcome: 'refused',
        reason: 'function not allowed due to command protection (0x60)',
      },
      { verb: 'force', object: 'force I1:0', outcome: 'unanswered' },
    ]);
  });

  it('takes the identity from List Identity', () => {
    const { identities, names, commands } = drive(enip, [up(f.listIdentity), down(f.listIdentityAnswer)], {
      carrier: 'udp',
    });
    expect(commands).toMatchObject([{ verb: 'discover', operation: 'List Identity', outcome: 'accepted' }]);
    expect(identities.find((x) => x.attribute === 'serial')).toMatchObject({ value: '0x00524d8e', endpoint: 2 });
    expect(identities.find((x) => x.attribute === 'firmware')).toMatchObject({ value: '4.3' });
    expect(names).toMatchObject([{ kind: 'ip', name: '10.1.1.164' }]);
  });

  it('calls a new IP address a configuration', () => {
    const { commands } = drive(enip, [up(f.setIpAddress)]);
    expect(commands).toMatchObject([
      {
        verb: 'configure',
        object: 'TCP/IP Interface 1 attribute 5 (Interface Configuration)',
        value: '192.168.10.125',
        outcome: 'unanswered',
      },
    ]);
  });

  it.each([
    ['20f5 2401 3003', '02000000', 'address by DHCP'],
    ['20f5 2401 3006', '0400 706c6331', 'plc1'],
    ['2048 2401 3004', '37', '37'], // QoS: DSCP of urgent connections
  ])('says what is set: %s %s is %s', (path, data, value) => {
    const { commands } = drive(enip, [up(f.setAttribute(path, data))]);
    expect(commands).toMatchObject([{ verb: 'configure', operation: 'Set Attribute Single', value }]);
  });

  it.each([
    ['05 02 2001 2401', 'restart', 'Reset'],
    ['06 02 208e 2401', 'mode-change', 'Start'],
    ['4b 02 2037 24c8', 'program-upload', 'Initiate Upload'],
    ['4c 02 2037 24c8', 'program-download', 'Initiate Download'],
    ['4d 02 20a1 2401', 'firmware-update', 'Transfer Firmware'],
    ['08 02 2068 2400', 'program-download', 'Create'],
    ['09 02 2068 2401', 'delete', 'Delete'],
    ['10 03 2004 2464 3003', 'write', 'Set Attribute Single'],
    ['04 02 208b 2401', 'configure', 'Set Attribute List'],
    ['4b 04 208e 2401 2074 2401', 'authenticate', 'Lock Controller'],
    ['55 02 206b 2400', 'read', 'Get Instance Attribute List'],
    ['4e 03 9104 5461 6e6b', 'write', 'Read Modify Write Tag'],
    ['53 02 2039 2401', 'mode-change', 'Mode Change'],
    ['99 00 01 00', 'none', 'Set Member'],
  ])('%s is %s', (text, verb, name) => {
    const b = bytesOf(text);
    expect(decodeCip(b, 0, b.length)).toMatchObject({ verb, name });
  });

  it('never copies a password', () => {
    const b = bytesOf('51 02 2039 2401 73656372657431323334'); // Safety Supervisor, Set Password
    const message = decodeCip(b, 0, b.length);
    expect(new TextDecoder().decode(message?.data)).toBe('(masked)');
    expect(message?.verb).toBe('authenticate');
  });

  it('forgets the oldest connection at the limit and says so once', () => {
    const parts = Array.from({ length: 600 }, (_, i) => {
      const b = f.stopRequest.slice();
      b[36] = i & 255; // connection id
      b[37] = i >> 8;
      return up(b);
    });
    const { weirds } = drive(enip, parts);
    expect(weirds.filter((x) => x.code === 'enip.connection-limit')).toHaveLength(1);
  });
});
