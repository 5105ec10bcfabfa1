/** What a row of messages shows: known answers, in the words of several protocols. */
import { describe, expect, it } from 'vitest';
import type { MessageRow } from '../../../api/traffic.ts';
import { askedFor, constantsOf, tellingFields } from './telling.ts';

const fieldsOf = (of: Readonly<Record<string, string>>, meanings: Readonly<Record<string, string>> = {}) =>
  Object.entries(of).map(([name, value]) => ({ name, value, meaning: meanings[name] ?? '' }));
const row = (of: Readonly<Record<string, string>>): MessageRow => ({
  source: 's',
  frame: 1,
  at: null,
  toServer: true,
  protocol: 'x',
  title: 'X',
  type: 't',
  role: 'single',
  exchange: 0,
  tookMs: null,
  fields: fieldsOf(of),
  values: [],
  valuesMore: 0,
});
const shown = (of: Readonly<Record<string, string>>, constants: readonly string[] = []) =>
  tellingFields({ type: 't', fields: fieldsOf(of) }, new Set(constants)).map((f) => f.name);

describe('fields of a row', () => {
  it('leaves out what counts, sizes and identifies messages', () => {
    expect(
      shown({
        command: '111',
        length: '56',
        session: '1058579977',
        contextHigh: '389219840',
        options: '0',
        connectionId: '-1',
        'cip.kind': 'response',
        'cip.name': 'Read Tag',
        transactionId: '7',
        pduReference: '256',
        invokeId: '2',
        'application.exchange': '0',
      }),
    ).toEqual(['cip.name', 'command']);
  });

  it('tells items by their paths, several side by side', () => {
    const item = (n: number, path: string) => ({
      [`items[${n}].area`]: '132',
      [`items[${n}].db`]: '10',
      [`items[${n}].address`]: '64',
      [`items[${n}].elementType`]: '1',
      [`items[${n}].count`]: '1',
      [`items[${n}].path`]: path,
      [`items[${n}].type`]: 'BOOL',
    });
    const told = (of: Readonly<Record<string, string>>) =>
      tellingFields({ type: 't', fields: fieldsOf(of) }, new Set()).map(({ name, value }) => [name, value]);
    expect(told({ rosctr: '1', ...item(0, 'DB10.DBX8.0 BOOL') })).toEqual([['items[0].path', 'DB10.DBX8.0 BOOL']]);
    expect(told({ ...item(0, 'DB10.DBD0 REAL'), ...item(1, 'DB10.DBX8.0 BOOL') })).toEqual([
      ['path', 'DB10.DBD0 REAL, DB10.DBX8.0 BOOL'],
    ]);
    // Cut by the server after so many fields: the list goes on.
    const many = Object.assign({}, ...Array.from({ length: 7 }, (_, n) => item(n, `P${n}`)));
    expect(told(Object.fromEntries(Object.entries(many).slice(0, 48) as [string, string][]))).toEqual([
      ['path', 'P0, P1, P2, P3, P4, P5, P6, …'],
    ]);
    // An address without a path is all that there is.
    expect(told({ address: '400', quantity: '2' })).toEqual([
      ['address', '400'],
      ['quantity', '2'],
    ]);
  });

  it('says where and how much a request asks for, also where every request asks for the same', () => {
    const asked = (of: Readonly<Record<string, string>>) =>
      askedFor({ type: 'Read', fields: fieldsOf(of) }).map(({ name, value }) => `${name} ${value}`);
    expect(asked({ transactionId: '7', unitId: '1', quantity: '28', address: '0' })).toEqual([
      'address 0',
      'quantity 28',
    ]);
    expect(asked({ 'items[0].area': '132', 'items[0].path': 'DB10.DBD0 REAL', 'items[0].count': '1' })).toEqual([
      'items[0].path DB10.DBD0 REAL',
    ]);
  });

  it('tells once how items went, and each where they differ', () => {
    const went = (codes: readonly string[]) =>
      shown(
        Object.assign({}, ...codes.map((c, n) => ({ [`data[${n}].returnCode`]: c, [`data[${n}].start`]: `${4 + n}` }))),
      );
    expect(went(['255', '255', '255'])).toEqual(['data.returnCode']);
    expect(went(['255', '5'])).toContain('data[1].returnCode');
  });

  it('keeps numbers that name what was asked for', () => {
    expect(shown({ 'szl.id': '17', id: '3', snet: '703' })).toEqual(['szl.id']);
    expect(
      shown({ 'accesses[0].objectId': '33640432', 'accesses[0].propertyId': '77', szlId: '17', unitId: '10' }),
    ).toEqual(['accesses[0].objectId', 'accesses[0].propertyId', 'szlId', 'unitId']);
  });

  it('puts what differs before zeros and constants, and keeps a measured -1', () => {
    expect(shown({ version: '1', status: '0', 'values[0]': '-1' }, ['version'])).toEqual(['values', 'status']);
    expect(shown({ version: '1', 'values[0]': '-1' }, ['version'])).toEqual(['values', 'version']);
    expect(shown({ dnet: '-1', items: 'none' })).toEqual([]);
  });

  it('keeps the parts of one path together, and says nothing of the address of no quantity', () => {
    expect(shown({ 'path.cls': 'Identity', data: '16 ff', timeout: '139', 'path.instance': '1' })).toEqual([
      'path.cls',
      'path.instance',
      'data',
      'timeout',
    ]);
    expect(shown({ 'values[0]': '197', address: '0', quantity: '0' })).toEqual(['values']);
    expect(shown({ address: '0', quantity: '28' })).toEqual(['quantity', 'address']);
  });

  it('puts named codes with the texts, and leaves out what the name of the message says', () => {
    const fields = fieldsOf(
      { address: '40', functionCode: '3', exceptionCode: '2' },
      { functionCode: 'Read Holding Registers', exceptionCode: 'illegal data address' },
    );
    const names = (type: string) => tellingFields({ type, fields }, new Set()).map((f) => f.name);
    expect(names('Read Holding Registers exception')).toEqual(['exceptionCode', 'address']);
    expect(names('exception')).toEqual(['functionCode', 'exceptionCode', 'address']);
  });

  it('says a name once: as the meaning of its code', () => {
    const fields = fieldsOf(
      { command: '101', name: 'Register Session', path: 'tank 1' },
      { command: 'Register Session' },
    );
    expect(tellingFields({ type: 'request', fields }, new Set()).map((f) => f.name)).toEqual(['command', 'path']);
  });

  it('leaves out how a message is packed, and tells a class once', () => {
    expect(
      shown({
        'header.messageType': 'MSG',
        'header.chunk': 'F',
        'requestHeader.timestamp': '2026-11-23T00:50:04Z',
        'typeId.encoding': '1',
        'typeId.namespace': '0',
        chunks: '1',
        trailing: '0',
        'cip.path.segments[0].value': '6',
        'nodesToRead[0].nodeId.text': 'ns=2;s=PT-101',
      }),
    ).toEqual(['nodesToRead[0].nodeId.text']);
    const classes = fieldsOf(
      { 'path.cls': '6', 'path.lastClass': '6', 'path.instance': '1' },
      { 'path.cls': 'Connection Manager', 'path.lastClass': 'Connection Manager' },
    );
    expect(tellingFields({ type: 't', fields: classes }, new Set()).map((f) => f.name)).toEqual([
      'path.cls',
      'path.instance',
    ]);
  });

  it('takes for constant what is the same in every row that has it, from four rows on', () => {
    const rows = [1, 2, 3, 4].map((n) => row({ version: '1', value: String(n), ...(n < 4 ? { rare: 'x' } : {}) }));
    expect([...constantsOf(rows)]).toEqual(['version']);
    expect([...constantsOf(rows.slice(0, 3))]).toEqual([]);
  });

  it('tells a list of values in one, whole or not at all', () => {
    const fields = fieldsOf({ quantity: '4', 'values[0]': '1', 'values[1]': '0', 'values[2]': '0', 'values[3]': '1' });
    const told = (constants: readonly string[]) =>
      tellingFields({ type: 't', fields }, new Set(constants)).map((f) => `${f.name} ${f.value}`);
    expect(told(['values[0]', 'values[1]'])).toEqual(['quantity 4', 'values 1, 0, 0, 1']);
    const many = fieldsOf(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`values[${i}]`, String(i)])));
    expect(tellingFields({ type: 't', fields: many }, new Set()).map((f) => f.value)).toEqual([
      '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …',
    ]);
  });

  it('does not tell what the direction says, and of checks only those that failed', () => {
    expect(shown({ response: 'true', crcRight: 'true', cut: 'false', dropped: '0', point: '3' })).toEqual(['point']);
    expect(shown({ crcRight: 'false', cut: 'true' })).toEqual(['crcRight', 'cut']);
  });
});
