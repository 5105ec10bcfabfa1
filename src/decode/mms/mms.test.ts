import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, type Part, up } from '../../../test/decoding.ts';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { encodeInteger, encodeTlv } from '../shared/asn1.ts';
import { type DataType, encodeData, type MmsData } from '../shared/mms-data.ts';
import { mms } from './index.ts';
import {
  encodeConfirmed,
  encodeName,
  encodeRead,
  encodeReadResponse,
  encodeReport,
  encodeUpper,
  encodeWrite,
  encodeWriteResponse,
} from './wire.ts';

const OVER = { carrier: 'cotp', serverPort: 102 };
const run = (...parts: Part[]) => drive(mms, parts, OVER);
const ask = (pdu: readonly number[]): Part => up(encodeUpper(pdu));
const answer = (pdu: readonly number[]): Part => down(encodeUpper(pdu));

const data = (type: DataType, value: MmsData['value'], items?: readonly MmsData[]): MmsData => ({
  type,
  value,
  octets: 0,
  items,
});
const structure = (...items: MmsData[]): MmsData => data('structure', '', items);
const bool = (v: boolean) => data('boolean', v);
const int = (v: number) => data('integer', v);
const text = (v: string) => data('visible-string', v);
const bits = (v: string) => data('bit-string', v);
const variable = (itemId: string, domainId = 'IED1LD0') => ({ domainId, itemId });
const ascii = (s: string) => [...new TextEncoder().encode(s)];
/** A service of one Identifier or number; tag numbers beyond 30 take two octets. */
const service = (first: number, number: number, content: readonly number[]): number[] =>
  number < 31 ? encodeTlv(first | number, content) : [first | 31, number, ...encodeTlv(0, content).slice(1)];

/** ISO session CONNECT, presentation CP, ACSE AARQ, MMS initiate: frame 11 of an ICCP association. */
const ASSOCIATE = bytesOf(`
  0d bc                              # CN, 188 octets
  05 06 13 01 00 16 01 02            # connect/accept item: options 0, version 2
  14 02 00 02                        # session user requirements: duplex
  33 02 00 01 34 02 00 02            # calling and called session selectors
  c1 a6                              # user data
  31 81 a3 a0 03 80 01 01            # CP, normal mode
  a2 81 9b 80 02 07 80               # protocol version
  81 04 00 00 00 01 82 04 00 00 00 02 # presentation selectors
  a4 23 30 0f 02 01 01 06 04 52 01 00 01 30 04 06 02 51 01   # context 1: ACSE
        30 10 02 01 03 06 05 28 ca 22 02 01 30 04 06 02 51 01 # context 3: MMS
  88 02 06 00 61 60 30 5e 02 01 01 a0 59 # user data, context 1
  60 57 80 02 07 80                  # AARQ, version 1
  a1 07 06 05 28 ca 22 01 01         # application context 1.0.9506.1.1
  a2 04 06 02 29 02 a3 03 02 01 02   # called: AP 1.1.2, AE 2
  a6 04 06 02 29 01 a7 03 02 01 01   # calling: AP 1.1.1, AE 1
  be 32 28 30 06 02 51 01 02 01 03 a0 27 # user information: context 3
  a8 25                              # initiate-RequestPDU
  80 02 7d 00 81 01 14 82 01 14 83 01 04 # 32000 octets, 20 services, nesting 4
  a4 16 80 01 01 81 03 05 fb 00      # version 1, parameter CBB
  82 0c 03 6e 1d 00 00 00 00 00 64 00 01 98 # services supported
`);

describe('mms associations', () => {
  it('reads session, presentation, ACSE and initiate', () => {
    const { messages } = run(up(ASSOCIATE));
    expect(messages[0]).toMatchObject({
      type: 'initiate request',
      spdu: 13,
      association: {
        apdu: 'AARQ',
        applicationContext: '1.0.9506.1.1',
        callingApTitle: '1.1.1',
        callingAeQualifier: 1,
        calledApTitle: '1.1.2',
        calledAeQualifier: 2,
      },
      layers: {
        sessionVersions: 2,
        sessionOptions: 0,
        sessionRequirements: 2,
        callingSession: '0001',
        calledSession: '0002',
        callingPresentation: '00000001',
        calledPresentation: '00000002',
        contexts: [
          [1, '2.2.1.0.1', '2.1.1'],
          [3, '1.0.9506.2.1', '2.1.1'],
        ],
      },
      detail: { kind: 'initiate', localDetail: 32000, maxServOutstandingCalling: 20, parameterCBB: '11111011000' },
    });
    expect(mms.probe(ASSOCIATE, 0, ASSOCIATE.length, {} as never)).toBe('sure');
  });

  it('says the session with its answer, and its end once', () => {
    const accepted = encodeTlv(0xa9, [...encodeTlv(0x80, [0x10, 0x00])]);
    const done = run(up(ASSOCIATE), answer(accepted), ask([0x8b, 0]), answer([0x8c, 0]));
    expect(done.sessions.map((s) => [s.phase, s.outcome])).toEqual([
      ['open', 'accepted'],
      ['close', 'accepted'],
    ]);
    expect(done.sessions[0]!.detail).toContain('calling 1.1.1 (1), called 1.1.2 (2), PDU length 4096');
  });

  it('masks an ACSE password', () => {
    const secret = 'hunter2';
    const aarq = encodeTlv(0x60, [
      ...encodeTlv(0xac, encodeTlv(0x80, ascii(secret))), // calling-authentication-value, charstring
      ...encodeTlv(0xbe, encodeTlv(0x28, [...encodeTlv(2, [3]), ...encodeTlv(0xa0, encodeTlv(0xa8, [0x80, 1, 9]))])),
    ]);
    const { messages, sessions } = run(ask(aarq));
    expect(JSON.stringify(messages)).not.toContain(secret);
    expect(messages[0]!.association).toMatchObject({ authentication: '(masked)', isClear: true });
    expect(sessions[0]).toMatchObject({ phase: 'authenticate', clearCredential: true });
  });

  it('tells a refusal and an abort', () => {
    const aare = encodeTlv(0x61, [
      ...encodeTlv(0xa2, encodeTlv(2, [1])),
      ...encodeTlv(0xa3, encodeTlv(0xa1, [2, 1, 1])),
    ]);
    const refused = run(up(ASSOCIATE), answer(aare));
    expect(refused.sessions[0]).toMatchObject({ phase: 'open', outcome: 'refused' });
    expect(refused.sessions[0]!.detail).toContain('rejected permanently');
    const aborted = run(ask(encodeTlv(0x64, [0x80, 1, 0])));
    expect(aborted.sessions[0]).toMatchObject({ phase: 'close', detail: 'association aborted by the user' });
  });
});

describe('mms variables', () => {
  it('reads values with the quality beside them, without a definition by place', () => {
    const stVal = structure(bool(true), bits('1100000000000'), data('utc-time', '2026-01-02T03:04:05Z'));
    const { commands, values, identities } = run(
      ask(encodeRead(7, [variable('LLN0$ST$Loc')])),
      answer(encodeReadResponse(7, [stVal])),
    );
    expect(commands[0]).toMatchObject({
      verb: 'read',
      operation: 'read',
      object: 'IED1LD0/LLN0$ST$Loc',
      outcome: 'accepted',
    });
    expect(values.map((v) => [v.path, v.value, v.quality])).toEqual([
      ['IED1LD0/LLN0$ST$Loc.0', true, 'uncertain'],
      ['IED1LD0/LLN0$ST$Loc.1', '1100000000000', 'uncertain'],
      ['IED1LD0/LLN0$ST$Loc.2', '2026-01-02T03:04:05.000000Z', 'uncertain'],
    ]);
    expect(identities.map((i) => i.value)).toEqual(['IEC 61850 device', 'IED1LD0']);
  });

  it('names members when their type was asked before, and reads the name plate', () => {
    const component = (name: string) =>
      encodeTlv(0x30, [...encodeTlv(0x80, ascii(name)), ...encodeTlv(0xa1, [0x8a, 2, 0xff, 0x01])]); // VisibleString255
    const type = encodeTlv(
      0xa2,
      encodeTlv(0xa2, encodeTlv(0xa1, ['vendor', 'hwRev', 'swRev', 'serNum', 'model'].flatMap(component))),
    );
    const plate = variable('LPHD1$DC$PhyNam');
    const { identities, values } = run(
      ask(encodeConfirmed(0xa0, 1, encodeTlv(0xa6, encodeTlv(0xa0, encodeName(plate))))),
      answer(encodeConfirmed(0xa1, 1, encodeTlv(0xa6, [0x80, 1, 0, ...type]))),
      ask(encodeRead(2, [plate])),
      answer(encodeReadResponse(2, [structure(text('ABB'), text('A'), text('2.1'), text('S123'), text('REL670'))])),
    );
    expect(values[2]!.path).toBe('IED1LD0/LPHD1$DC$PhyNam$swRev');
    expect(
      Object.fromEntries(identities.filter((i) => i.via.includes('plate')).map((i) => [i.attribute, i.value])),
    ).toEqual({ vendor: 'ABB', hardware: 'A', firmware: '2.1', serial: 'S123', model: 'REL670' });
  });

  it('sees a breaker operated, by whom, and refused', () => {
    const origin = structure(int(3), data('octet-string', Buffer.from('10.0.0.9').toString('hex')));
    const oper = structure(
      bool(true),
      origin,
      int(1),
      data('utc-time', '2026-01-02T03:04:05Z'),
      bool(false),
      bits('00'),
    );
    const target = variable('CSWI1$CO$Pos$Oper');
    const done = run(
      ask(encodeWrite(9, [target], [oper])),
      answer(encodeWriteResponse(9, [-1])),
      ask(encodeWrite(10, [target], [oper])),
      answer(encodeWriteResponse(10, [3])),
    );
    expect(done.commands[0]).toMatchObject({
      verb: 'control',
      operation: 'Operate',
      object: 'IED1LD0/CSWI1$CO$Pos$Oper',
      value: true,
      user: '10.0.0.9',
      outcome: 'accepted',
    });
    expect(done.commands[1]).toMatchObject({ outcome: 'refused', reason: 'object-access-denied (3)' });
  });

  it('knows what other writes and reads mean', () => {
    const meaning = (itemId: string, value: MmsData) => {
      const { commands } = run(ask(encodeWrite(1, [variable(itemId)], [value])), answer(encodeWriteResponse(1, [-1])));
      return [commands[0]!.verb, commands[0]!.operation];
    };
    expect(meaning('CSWI1$CO$Pos$SBOw', structure(bool(true)))).toEqual(['control', 'SelectWithValue']);
    expect(meaning('CSWI1$CO$Pos$Cancel', structure(bool(true)))).toEqual(['control', 'Cancel']);
    expect(meaning('LLN0$SP$SGCB$ActSG', int(2))).toEqual(['configure', 'SelectActiveSG']);
    expect(meaning('PTOC1$SE$StrVal$setMag$f', int(2))).toEqual(['configure', 'SetEditSGValue']);
    expect(meaning('LLN0$BR$brcb01$RptEna', bool(true))).toEqual(['subscribe', 'SetBRCBValues']);
    expect(meaning('LLN0$GO$gcb01$GoEna', bool(false))).toEqual(['configure', 'SetGoCBValues']);
    expect(meaning('MMXU1$SV$TotW$subEna', bool(true))).toEqual(['force', 'SetDataValues']);
    const select = run(ask(encodeRead(1, [variable('CSWI1$CO$Pos$SBO')])), answer(encodeReadResponse(1, [text('x')])));
    expect(select.commands[0]).toMatchObject({ verb: 'control', operation: 'Select' });
  });

  it('reads a report by its data set', () => {
    const list = variable('LLN0$dsStatus');
    const attributes = encodeTlv(0xac, [
      0x80,
      1,
      0,
      ...encodeTlv(0xa1, [
        ...encodeTlv(0x30, encodeTlv(0xa0, encodeName(variable('XCBR1$ST$Pos$stVal')))),
        ...encodeTlv(0x30, encodeTlv(0xa0, encodeName(variable('XCBR2$ST$Pos$stVal')))),
      ]),
    ]);
    const report = encodeReport({ domainId: '', itemId: 'RPT' }, [
      text('rpt1'),
      bits('0101100010'), // sequence number, reason, data set name, configuration revision
      int(4),
      text('IED1LD0/LLN0$dsStatus'),
      int(1),
      bits('01'), // the second member
      bits('10'),
      bits('010000'),
    ]);
    const { values } = run(
      ask(encodeConfirmed(0xa0, 3, encodeTlv(0xac, encodeName(list)))),
      answer(encodeConfirmed(0xa1, 3, attributes)),
      answer(report),
    );
    expect(values).toEqual([
      { target: 2, path: 'IED1LD0/XCBR2$ST$Pos$stVal', type: 'bit-string', value: '10', access: 'read' },
    ]);
  });

  it('says why a control failed', () => {
    const error = structure(text('IED1LD0/CSWI1$CO$Pos'), int(1), structure(int(3), text('')), int(1), int(10));
    const report = encodeTlv(
      0xa3,
      encodeTlv(0xa0, [
        ...encodeTlv(0xa0, encodeTlv(0x30, encodeTlv(0xa0, encodeName({ domainId: '', itemId: 'LastApplError' })))),
        ...encodeTlv(0xa0, encodeData(error)),
      ]),
    );
    const { values } = run(answer(report));
    expect(values[0]).toMatchObject({
      path: 'LastApplError IED1LD0/CSWI1$CO$Pos',
      value: 'blocked-by-interlocking (10)',
    });
  });

  it('names alternate access: components and elements', () => {
    // read of array element 3, component stVal: selectAccess with index, then component
    const access = encodeTlv(
      0xa5,
      encodeTlv(0xa0, [...encodeTlv(0x82, [3]), ...encodeTlv(0x30, encodeTlv(0x81, ascii('stVal')))]),
    );
    const pdu = encodeConfirmed(
      0xa0,
      1,
      encodeTlv(
        0xa4,
        encodeTlv(
          0xa1,
          encodeTlv(0xa0, encodeTlv(0x30, [...encodeTlv(0xa0, encodeName(variable('A$ST$B'))), ...access])),
        ),
      ),
    );
    expect(run(ask(pdu)).commands[0]!.object).toBe('IED1LD0/A$ST$B[3].stVal');
  });
});

describe('mms services', () => {
  it('tells identity and physical status', () => {
    const done = run(
      ask(encodeConfirmed(0xa0, 1, [0x82, 0])),
      answer(
        encodeConfirmed(
          0xa1,
          1,
          encodeTlv(0xa2, [
            ...encodeTlv(0x80, ascii('SIEMENS')),
            ...encodeTlv(0x81, ascii('SIPROTEC')),
            ...encodeTlv(0x82, ascii('V7.50')),
          ]),
        ),
      ),
      ask(encodeConfirmed(0xa0, 2, [0x80, 1, 0])),
      answer(encodeConfirmed(0xa1, 2, encodeTlv(0xa0, [0x80, 1, 0, 0x81, 1, 3]))),
    );
    expect(done.identities.map((i) => [i.attribute, i.value])).toEqual([
      ['vendor', 'SIEMENS'],
      ['model', 'SIPROTEC'],
      ['firmware', 'V7.50'],
    ]);
    expect(done.values.map((v) => v.value)).toEqual(['needs-commissioning', 'state-changes-allowed']);
  });

  it('sees program invocations stopped, without upper layers', () => {
    // stop-Request [41] of program invocation R395024397Application_1, directly on COTP
    const stop = bytesOf('a01f020101 bf2919 8017 523339353032343339374170706c69636174696f6e5f31');
    const { messages, commands } = run(up(stop));
    expect(messages[0]).toMatchObject({ type: 'stop request', invokeId: 1, service: 41, spdu: -1 });
    expect(commands[0]).toMatchObject({ verb: 'mode-change', operation: 'stop', object: 'R395024397Application_1' });
    expect(mms.probe(stop, 0, stop.length, {} as never)).toBe('sure');
  });

  it('says a transfer once, and every refusal', () => {
    const domain = ascii('Recipe');
    const done = run(
      ask(encodeConfirmed(0xa0, 1, encodeTlv(0x9d, domain))), // initiateUploadSequence
      answer(encodeConfirmed(0xa1, 1, encodeTlv(0xbd, [0x80, 1, 5]))), // ulsmID 5
      ask(encodeConfirmed(0xa0, 2, [0x9e, 1, 5])), // uploadSegment
      answer(encodeConfirmed(0xa1, 2, encodeTlv(0xbe, [...encodeTlv(0x80, [1, 2, 3]), 0x81, 1, 0]))),
      ask(encodeConfirmed(0xa0, 3, service(0x80, 31, [5]))), // terminateUploadSequence
      answer(encodeConfirmed(0xa1, 3, service(0x80, 31, []))),
      ask(
        encodeConfirmed(
          0xa0,
          4,
          service(0xa0, 72, [...encodeTlv(0xa0, encodeTlv(0x19, ascii('/COMTRADE/1.cfg'))), 0x81, 1, 0]),
        ),
      ),
      answer(encodeConfirmed(0xa1, 4, service(0xa0, 72, [0x80, 1, 9, ...encodeTlv(0xa1, [0x80, 1, 50])]))),
      ask(encodeConfirmed(0xa0, 5, service(0x80, 73, [9]))),
      answer(encodeTlv(0xa2, [0x80, 1, 5, ...encodeTlv(0xa2, encodeTlv(0xa0, [0x8b, 1, 6]))])), // file-access-denied
    );
    expect(done.commands.map((c) => [c.verb, c.operation, c.object, c.outcome, c.reason])).toEqual([
      ['program-upload', 'initiateUploadSequence', 'Recipe', 'accepted', undefined],
      ['read', 'fileOpen', '/COMTRADE/1.cfg', 'accepted', undefined],
      ['read', 'fileRead', '/COMTRADE/1.cfg', 'refused', 'file: file-access-denied (6)'],
    ]);
  });

  it('reads every confirmed service number, rejects and cancels', () => {
    for (let n = 0; n <= 78; n++) {
      const { messages } = run(ask(encodeConfirmed(0xa0, n, service(0xa0, n, []))));
      expect([messages[0]!.service, messages[0]!.invokeId]).toEqual([n, n]);
      expect(messages[0]!.type).not.toBe('confirmed request');
    }
    const rejected = run(
      ask(encodeConfirmed(0xa0, 300, [0x82, 0])),
      answer(encodeTlv(0xa4, [...encodeTlv(0x80, encodeInteger(300)), 0x81, 1, 1])),
    );
    expect(rejected.commands[0]).toMatchObject({
      outcome: 'refused',
      reason: 'confirmed-requestPDU: unrecognized-service (1)',
    });
    const cancelled = run(ask([0x85, 1, 1]), answer([0x86, 1, 1]));
    expect(cancelled.commands[0]).toMatchObject({ operation: 'cancel', object: 'request 1', outcome: 'accepted' });
  });

  it('says a download once, whose segments the device fetches', () => {
    const domain = ascii('Main');
    const load = encodeTlv(0xba, [
      ...encodeTlv(0x80, domain),
      ...encodeTlv(0xa1, encodeTlv(0x1a, ascii('CPU'))),
      0x82,
      1,
      0,
    ]);
    const segment = encodeTlv(0xbb, [...encodeTlv(0x80, [1, 2]), 0x81, 1, 0]);
    const done = run(
      ask(encodeConfirmed(0xa0, 1, load)),
      answer(encodeConfirmed(0xa1, 1, [0x9a, 0])),
      answer(encodeConfirmed(0xa0, 1, encodeTlv(0x9b, domain))), // the device asks for a segment
      ask(encodeConfirmed(0xa1, 1, segment)),
      ask(encodeConfirmed(0xa0, 2, service(0xa0, 40, encodeTlv(0x80, ascii('Run'))))), // start
      answer(encodeConfirmed(0xa1, 2, service(0x80, 40, []))),
    );
    expect(done.commands.map((c) => [c.verb, c.operation, c.object, c.outcome])).toEqual([
      ['program-download', 'initiateDownloadSequence', 'Main (CPU)', 'accepted'],
      ['mode-change', 'start', 'Run', 'accepted'],
    ]);
    expect(done.messages[3]).toMatchObject({
      type: 'downloadSegment response',
      detail: { octets: 2, moreFollows: false },
    });
  });

  it('reads what is renamed into what, and whose attributes are asked by address', () => {
    // Rename: class namedVariable (0), the name, the new identifier.
    const rename = [
      ...encodeTlv(0xa0, [0x80, 1, 0]),
      ...encodeTlv(0xa1, encodeName(variable('Old'))),
      ...encodeTlv(0x82, ascii('New')),
    ];
    const seen = run(ask(encodeConfirmed(0xa0, 1, service(0xa0, 3, rename))));
    expect(seen.messages[0]!.names.map((n) => n.itemId)).toEqual(['Old']);
    expect(seen.commands).toMatchObject([{ verb: 'configure', operation: 'rename', object: 'IED1LD0/Old: New' }]);
    // getVariableAccessAttributes of the unnamed variable at numeric address 100.
    const asked = run(ask(encodeConfirmed(0xa0, 1, service(0xa0, 6, encodeTlv(0xa1, [0x80, 1, 100])))));
    expect(asked.messages[0]!.names).toEqual([{ scope: 'address', domainId: '', itemId: 'address 100', suffix: '' }]);
    expect(asked.commands).toMatchObject([{ verb: 'discover', object: 'address 100' }]);
  });

  it('finds the names in services of events, semaphores and journals', () => {
    const names = (number: number, content: number[]) =>
      run(ask(encodeConfirmed(0xa0, 1, service(0xa0, number, content)))).messages[0]!.names.map((n) => n.itemId);
    const field = (n: number, itemId: string) => encodeTlv(0xa0 | n, encodeName(variable(itemId)));
    expect(names(19, field(0, 'Sem'))).toEqual(['Sem']);
    expect(names(57, [...field(0, 'Enrol'), ...field(1, 'Cond')])).toEqual(['Enrol', 'Cond']);
    expect(names(65, field(0, 'Journal'))).toEqual(['Journal']);
    // The request is the name itself: attributes of a type, status of a semaphore, of an event condition.
    for (const number of [15, 22, 23, 49, 50, 68]) expect(names(number, encodeName(variable('N')))).toEqual(['N']);
    // A type by its name and what it is (integer of 16 bits); conditions to delete as a list, whichever comes first.
    expect(names(14, [...encodeName(variable('T')), 0x85, 1, 16])).toEqual(['T']);
    expect(names(48, encodeTlv(0xa0, [...encodeName(variable('Vmd', '')), ...encodeName(variable('Cond'))]))).toEqual([
      'Vmd',
      'Cond',
    ]);
    // The condition's name is a choice: the name [0], or undefined [1]. Notifications were lost: [6].
    const event = encodeTlv(
      0xa3,
      encodeTlv(0xa2, [
        ...field(0, 'Enrol'),
        ...encodeTlv(0xa1, field(0, 'Cond')),
        0x82,
        1,
        9,
        0x83,
        1,
        2,
        0x86,
        1,
        255,
      ]),
    );
    const told = run(answer(event));
    expect(told.values[0]).toMatchObject({ path: 'event IED1LD0/Cond', value: 'active' });
    expect(told.messages[0]!.detail).toMatchObject({ kind: 'event', isLost: true });
    const unnamed = encodeTlv(0xa3, encodeTlv(0xa2, [...field(0, 'Enrol'), ...encodeTlv(0xa1, [0x81, 0]), 0x83, 1, 1]));
    expect(run(answer(unnamed)).values[0]).toMatchObject({ path: 'event IED1LD0/Enrol', value: 'idle' });
  });

  it('reads the variables that an answer names, where the reader asked for them', () => {
    const specification = encodeTlv(0xa0, encodeTlv(0xa1, encodeName(variable('List'))));
    const results = encodeTlv(0xa1, encodeData(int(7)));
    const { messages } = run(answer(encodeConfirmed(0xa1, 1, encodeTlv(0xa4, [...specification, ...results]))));
    expect(messages[0]).toMatchObject({ isDefective: false, isList: true, names: [{ itemId: 'List' }], results: [{}] });
  });

  it('keeps apart the requests of both sides', () => {
    const { commands } = run(
      ask(encodeRead(1, [variable('A')])),
      answer(encodeRead(1, [variable('B')])),
      ask(encodeReadResponse(1, [int(2)])),
      answer(encodeReadResponse(1, [int(1)])),
    );
    expect(commands.map((c) => [c.object, c.outcome])).toEqual([
      ['IED1LD0/B', 'accepted'],
      ['IED1LD0/A', 'accepted'],
    ]);
  });

  it('takes indefinite lengths and refuses what contradicts itself', () => {
    const pdu = Uint8Array.from([1, 0, 1, 0, 0x61, 0x80, 0x30, 0x80, 2, 1, 3, 0xa0, 0x80, 0x8b, 0, 0, 0, 0, 0, 0, 0]);
    expect(run(up(pdu)).messages[0]!.type).toBe('conclude request');
    expect(run(up(bytesOf('0100010061 05 30 09 020103'))).malformed[0]!.code).toBe('mms.upper-layers');
    expect(run(up(bytesOf('a003020101'))).weirds[0]).toMatchObject({ code: 'mms.contents' });
    expect(run(up(bytesOf('3203000000'))).foreign).toBe(1);
  });
});

describe('mms on hostile octets', () => {
  it('survives cuts and mutations', () => {
    const oper = structure(bool(true), structure(int(3), data('octet-string', '31')), bits('00'));
    hostile(
      mms,
      [
        [up(ASSOCIATE), answer(encodeTlv(0xa9, [0x80, 2, 0x10, 0]))],
        [ask(encodeRead(1, [variable('LLN0$ST$Mod')])), answer(encodeReadResponse(1, [oper]))],
        [ask(encodeWrite(2, [variable('CSWI1$CO$Pos$Oper')], [oper])), answer(encodeWriteResponse(2, [3]))],
        [
          answer(
            encodeReport({ domainId: '', itemId: 'RPT' }, [text('r'), bits('0111111110'), int(1), bits('1'), oper]),
          ),
        ],
        [ask(encodeConfirmed(0xa0, 4, service(0xa0, 72, encodeTlv(0xa0, encodeTlv(0x19, ascii('f'))))))],
      ],
      OVER,
    );
  }, 60_000);
});

describeShared('mms captures', () => {
  it('sees both ends of an ICCP association', async () => {
    const seen = await decodeCapture(sharedCapture('mms/iti.8d7c7db0-9804-012b-b2a6-0016cb8cea27'));
    const identities = seen
      .of('identity')
      .map((s) => `${seen.textOf(s.what.endpoint)} ${s.what.attribute} ${s.what.value}`);
    for (const ip of ['10.101.1.2', '10.101.1.3']) {
      expect(identities).toContain(`${ip} vendor AREVA T&D Corporation`);
      expect(identities).toContain(`${ip} device-type TASE.2 (ICCP) server`);
    }
    const transfers = seen.of('command').filter((s) => s.what.operation === 'Start Transfer');
    expect(transfers.map((s) => s.what.object)).toContain('KIRKLAND/CITEC_TS0');
    // Members of the transferred data sets by their names, from the lists that were asked for.
    expect(seen.of('value').some((s) => s.what.path === 'TP34.0' && s.what.type === 'floating-point')).toBe(true);
  });
});
