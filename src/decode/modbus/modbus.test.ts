import { describe, expect, it } from 'vitest';
import { CHILD, contextOf, drive, octets, SERVER } from '../../../test/controller-harness.ts';
import { modbus } from './index.ts';
import { decodeAdu, encodeAdu, exception, FUNCTION, type ModbusMessage, probeAdu, request, response } from './wire.ts';

const decode = (text: string, toServer: boolean): ModbusMessage => {
  const bytes = octets(text);
  const outcome = decodeAdu(bytes, 0, bytes.length, toServer);
  if (outcome.kind !== 'message') throw new Error(`expected a message, got ${JSON.stringify(outcome)}`);
  expect(outcome.consumed).toBe(bytes.length);
  return outcome.message;
};
const dialogue = (...lines: readonly [toServer: boolean, text: string][]) =>
  drive(
    [modbus],
    lines.map(([toServer, text], i) => ({ frame: i + 1, toServer, bytes: octets(text) })),
  );

describe('modbus wire', () => {
  it('reads holding registers', () => {
    const asked = decode(
      `0001        # transaction 1
       0000        # protocol: Modbus
       0006        # 6 octets follow
       11          # unit 17
       03          # Read Holding Registers
       006b 0003   # from 107, three of them`,
      true,
    );
    expect(asked).toMatchObject({ type: 'Read Holding Registers request', transactionId: 1, unitId: 17 });
    expect(asked).toMatchObject({ functionCode: 3, address: 107, quantity: 3, response: false, defect: '' });
    const answer = decode(
      `0001 0000 0009 11 03
       06                # byte count
       022b 0000 0064    # 555, 0, 100`,
      false,
    );
    expect(answer.values).toEqual([555, 0, 100]);
  });

  it('reads coils: least significant bit first', () => {
    const answer = decode('0001 0000 0005 11 01 02 cd6b', false);
    expect(answer.values).toEqual([1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0]);
  });

  it('names exceptions and keeps the function they refuse', () => {
    const answer = decode('0001 0000 0003 0a 81 02', false);
    expect(answer).toMatchObject({ type: 'Read Coils exception', functionCode: 1, exceptionCode: 2 });
  });

  it('reads device identification with more to follow', () => {
    const answer = decode(
      `0001 0000 001d ff 2b
       0e        # MEI: Read Device Identification
       01        # basic
       83        # conformity: extended, individual access too
       ff 02     # more follows, next object 2
       02        # two objects
       00 09 53 63 68 6e 65 69 64 65 72   # VendorName "Schneider"
       01 08 42 4d 58 20 50 33 34 20      # ProductCode "BMX P34 "`,
      false,
    );
    expect(answer.detail).toEqual({
      kind: 'identification',
      readCode: 1,
      conformity: 0x83,
      moreFollows: true,
      nextObject: 2,
      objects: [
        { id: 0, name: 'VendorName', value: 'Schneider' },
        { id: 1, name: 'ProductCode', value: 'BMX P34' },
      ],
    });
  });

  it('reads file records, masks, FIFO, diagnostics', () => {
    expect(decode('0001 0000 000c 11 14 09 06 0004 0001 0002 0000', true).defect).toBe('byte-count');
    expect(decode('0001 0000 000a 11 14 07 06 0004 0001 0002', true).detail).toEqual({
      kind: 'file-records',
      records: [{ file: 4, record: 1, length: 2, values: [] }],
    });
    expect(decode('0001 0000 0009 11 14 06 05 06 0dfe 0020', false).detail).toEqual({
      kind: 'file-records',
      records: [{ file: 0, record: 0, length: 2, values: [0x0dfe, 0x20] }],
    });
    expect(decode('0001 0000 0008 11 16 0004 00f2 0025', true)).toMatchObject({
      address: 4,
      detail: { kind: 'mask', andMask: 0xf2, orMask: 0x25 },
    });
    expect(decode('0001 0000 000a 11 18 0006 0002 01b8 1284', false).values).toEqual([0x1b8, 0x1284]);
    expect(decode('0001 0000 0006 11 08 0001 ff00', true).detail).toMatchObject({
      name: 'Restart Communications Option',
      data: [0xff00],
    });
  });

  it('keeps vendor functions as octets', () => {
    expect(decode('0001 0000 0006 00 5a 00 0201 00', true).detail).toMatchObject({ kind: 'umas', umasFunction: 2 });
    expect(decode('0001 0000 0004 00 64 0102', true)).toMatchObject({
      type: 'User-defined function 100 request',
      detail: { kind: 'octets', octets: Uint8Array.of(1, 2) },
    });
  });

  it('keeps a message whose byte count contradicts its length, and says so', () => {
    expect(decode('0001 0000 0007 11 03 81 0001 0002', false).defect).toBe('byte-count');
    expect(decode('0001 0000 0006 11 03 0000 007e', true).defect).toBe('quantity');
  });

  it('says what it cannot take', () => {
    const outcome = (text: string, toServer = true) => {
      const bytes = octets(text);
      return decodeAdu(bytes, 0, bytes.length, toServer);
    };
    expect(outcome('0001 0001 0006 11 03 006b 0003').kind).toBe('foreign'); // protocol 1
    expect(outcome('0001 0000 00ff 11 03 006b 0003').kind).toBe('foreign'); // length 255
    expect(outcome('0001 0000 0006 11 03 006b')).toEqual({ kind: 'incomplete', missing: 2 });
    expect(outcome('0001')).toEqual({ kind: 'incomplete', missing: 6 });
    expect(outcome('0001 0000 0004 11 03 006b')).toMatchObject({ kind: 'malformed', code: 'modbus.short-pdu' });
    expect(outcome('0001 0000 0003 11 83 02')).toMatchObject({ code: 'modbus.exception-request', consumed: 9 });
    expect(outcome('0001 0000 0002 11 00')).toMatchObject({ code: 'modbus.function-0' });
  });

  it('probes both directions by content', () => {
    const probe = (text: string) => {
      const bytes = octets(text);
      return probeAdu(bytes, 0, bytes.length);
    };
    expect(probe('0001 0000 0006 11 03 006b 0003')).toBe('sure');
    expect(probe('0001 0000 0009 11 03 06 022b 0000 0064')).toBe('sure');
    expect(probe('0001 0000 0003 0a 81 02')).toBe('sure');
    expect(probe('0001 0000 0002 11 11')).toBe('maybe');
    expect(probe('0001 0000 0003 0a 81 26')).toBe('maybe'); // an exception that a maker made up
    expect(probe('0001 0000')).toBe('more');
    expect(probe('16030100850100')).toBe('no'); // TLS client hello
    expect(probe('0300 002b 26e0 0000')).toBe('no'); // TPKT
    expect(probe('474554202f204854')).toBe('no'); // GET / HT
    expect(probe('05000b03 0003 0080 01')).toBe('no'); // answer of a device to DCE/RPC: protocol id 0x0b03
  });
});

describe('modbus round trip', () => {
  const asked: ModbusMessage[] = [
    ...[1, 2, 3, 4].map((code) => request(code, { transactionId: 7, address: 100, quantity: 8 })),
    request(5, { address: 3, quantity: 1, values: [1] }),
    request(6, { address: 3, quantity: 1, values: [0xabcd] }),
    request(7, {}),
    request(15, { address: 3, quantity: 10, values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0] }),
    request(16, { address: 3, quantity: 2, values: [1, 65535] }),
    request(22, { address: 4, quantity: 1, detail: { kind: 'mask', andMask: 0xf2, orMask: 0x25 } }),
    request(23, { address: 3, quantity: 6, values: [255], detail: { kind: 'write-part', address: 14, quantity: 1 } }),
    request(24, { address: 1246 }),
    request(43, { detail: { kind: 'identification-request', readCode: 1, objectId: 0 } }),
    request(21, {
      detail: { kind: 'file-records', records: [{ file: 4, record: 7, length: 3, values: [1711, 1214, 4109] }] },
    }),
  ];
  const answers: ModbusMessage[] = [
    response(request(1, {}), { values: [1, 0, 1, 1, 0, 0, 1, 1] }),
    response(request(3, { transactionId: 513, unitId: 9 }), { values: [555, 0, 100] }),
    response(request(16, {}), { address: 3, quantity: 2 }),
    response(request(11, {}), { detail: { kind: 'event-counter', status: 0xffff, eventCount: 264 } }),
    response(request(12, {}), {
      detail: { kind: 'event-log', status: 0, eventCount: 264, messageCount: 289, events: [0x20, 0] },
    }),
    response(request(20, {}), {
      detail: { kind: 'file-records', records: [{ file: 0, record: 0, length: 2, values: [3582, 32] }] },
    }),
    exception(request(3, { transactionId: 5 }), 2),
  ];
  it.each([...asked, ...answers])('$type $functionCode', (message) => {
    const bytes = encodeAdu(message);
    expect(decodeAdu(bytes, 0, bytes.length, !message.response)).toEqual({
      kind: 'message',
      message,
      consumed: bytes.length,
    });
  });
  it('refuses to send more than a PDU holds', () => {
    const values = new Array<number>(200).fill(1);
    expect(() => encodeAdu(request(FUNCTION.WRITE_MULTIPLE_REGISTERS, { quantity: 200, values }))).toThrow(RangeError);
  });
});

describe('modbus observations', () => {
  it('a poll is a read and its registers', () => {
    const seen = dialogue(
      [true, '0001 0000 0006 ff 03 0000 000a'],
      [false, '0001 0000 0017 ff 03 14 0000 0001 0002 0003 0004 0005 0006 0007 0008 0009'],
    );
    expect(seen.commands).toMatchObject([
      {
        verb: 'read',
        operation: 'Read Holding Registers',
        object: 'holding registers 0..9',
        outcome: 'accepted',
        target: SERVER,
        frame: 2,
        requestFrame: 1,
      },
    ]);
    expect(seen.blocks).toEqual([
      { target: SERVER, area: 'holding', start: 0, values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], access: 'read' },
    ]);
  });

  it('coils beyond the quantity asked for are padding', () => {
    const seen = dialogue([true, '0001 0000 0006 00 01 0010 0003'], [false, '0001 0000 0004 00 01 01 fd']);
    expect(seen.blocks).toEqual([{ target: SERVER, area: 'coil', start: 16, values: [1, 0, 1], access: 'read' }]);
  });

  it('a write says its values only when it was accepted', () => {
    const write = '0002 0000 0009 05 10 0028 0001 02 0578';
    const accepted = dialogue([true, write], [false, '0002 0000 0006 05 10 0028 0001']);
    expect(accepted.commands).toMatchObject([
      { verb: 'write', object: 'holding registers 40', value: 1400, outcome: 'accepted', target: CHILD + 5 },
    ]);
    expect(accepted.blocks).toEqual([
      { target: CHILD + 5, area: 'holding', start: 40, values: [1400], access: 'write' },
    ]);
    const refused = dialogue([true, write], [false, '0002 0000 0003 05 90 02']);
    expect(refused.commands).toMatchObject([{ outcome: 'refused', reason: 'illegal data address (2)', value: 1400 }]);
    expect(refused.blocks).toEqual([]);
    expect(dialogue([true, write]).commands).toMatchObject([{ outcome: 'unanswered' }]);
  });

  it('a unit behind a gateway has answered only when it spoke itself', () => {
    const poll = '0001 0000 0006 05 03 0000 0001';
    expect(dialogue([true, poll], [false, '0001 0000 0003 05 83 0b']).children).toEqual(['modbus-unit 5 false']);
    expect(dialogue([true, poll], [false, '0001 0000 0003 05 83 02']).children).toEqual(['modbus-unit 5 true']);
    const later = dialogue(
      [true, poll],
      [false, '0001 0000 0003 05 83 0b'],
      [true, poll],
      [false, '0001 0000 0005 05 03 02 0001'],
      [true, poll],
      [false, '0001 0000 0005 05 03 02 0001'],
    );
    expect(later.children).toEqual(['modbus-unit 5 false', 'modbus-unit 5 true']);
  });

  it('read/write multiple registers is a write and a read', () => {
    const seen = dialogue(
      [true, '0001 0000 000d ff 17 0003 0002 000e 0001 02 00ff'],
      [false, '0001 0000 0007 ff 17 04 00fe 0acd'],
    );
    expect(seen.commands.map((c) => [c.verb, c.object])).toEqual([
      ['write', 'holding registers 14'],
      ['read', 'holding registers 3..4'],
    ]);
    expect(seen.blocks.map((b) => [b.access, b.start, b.values])).toEqual([
      ['write', 14, [255]],
      ['read', 3, [254, 2765]],
    ]);
  });

  it('diagnostics restart and silence a device', () => {
    const restart = '0001 0000 0006 ff 08 0001 0000';
    expect(dialogue([true, restart], [false, restart]).commands).toMatchObject([
      { verb: 'restart', operation: 'Restart Communications Option', outcome: 'accepted' },
    ]);
    expect(dialogue([true, '0001 0000 0006 ff 08 0004 0000']).commands).toMatchObject([
      { verb: 'mode-change', operation: 'Force Listen Only Mode', outcome: 'unconfirmed' },
    ]);
  });

  it('identities come from device identification and server id', () => {
    const seen = dialogue(
      [true, '0001 0000 0005 ff 2b 0e 01 00'],
      [false, '0001 0000 0017 ff 2b 0e 01 01 00 00 03 00 04 41434d45 01 02 5031 02 03 322e37'],
      [true, '0002 0000 0002 ff 11'],
      [false, '0002 0000 0009 ff 11 06 01 ff 50 4c 43 31'],
    );
    expect(seen.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual([
      'vendor=ACME',
      'order-number=P1',
      'model=P1',
      'firmware=2.7',
      'description=PLC1',
      'mode=RUN',
    ]);
    expect(seen.commands.map((c) => c.verb)).toEqual(['discover', 'discover']);
  });

  it('an answer to another function is weird and says nothing else', () => {
    const seen = dialogue([true, '0001 0000 0006 ff 03 0000 0001'], [false, '0001 0000 0004 ff 01 01 01']);
    expect(seen.weirds).toMatchObject([{ code: 'modbus.function-mismatch' }]);
    expect(seen.commands).toEqual([]);
  });

  it('pairs by transaction and unit', () => {
    const context = contextOf();
    expect(modbus.pairing?.key(request(3, { transactionId: 65535, unitId: 255 }), context)).toBe(0xffffff);
  });
});
