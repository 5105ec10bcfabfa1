import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readFrames, run } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { bacnet } from './index.ts';
import type { BacnetMessage } from './message.ts';

/** Rows of a Zeek log by column name. */
const zeek = (path: string): Record<string, string>[] => {
  const lines = readFileSync(sharedPath(`captures/bacnet/${path}`), 'utf8').split('\n');
  const fields = lines
    .find((x) => x.startsWith('#fields'))!
    .split('\t')
    .slice(1);
  return lines
    .filter((x) => x !== '' && !x.startsWith('#'))
    .map((x) => Object.fromEntries(x.split('\t').map((v, i) => [fields[i]!, v])));
};
const messagesOf = (name: string) => run(bacnet, readFrames(sharedCapture(`bacnet/${name}`)));
const same = (x: string) => x.toLowerCase().replace(/[^a-z0-9]/g, '');
/** Floats to four decimals (the peer prints six, ties rounded otherwise), texts without punctuation. */
const comparable = (x: string) => (/^-?\d+\.\d+$/.test(x) ? Number(x).toFixed(4) : same(x));
const PDU_NAMES = [
  'CONFIRMED_REQUEST',
  'UNCONFIRMED_REQUEST',
  'SIMPLE_ACK',
  'COMPLEX_ACK',
  'SEGMENT_ACK',
  'ERROR_PDU',
  'REJECT_PDU',
  'ABORT_PDU',
];

describeShared('bacnet on captures', () => {
  it('tells the story of the device control capture', () => {
    const out = messagesOf('malcolm.BACnet_device_control');
    expect(out.failures).toEqual([]);
    const writes = out.commands.filter((x) => x.operation === 'writeProperty');
    expect(writes).toHaveLength(38);
    expect(writes.filter((x) => x.outcome === 'accepted')).toHaveLength(32);
    expect(writes.filter((x) => x.outcome === 'refused').map((x) => x.reason)).toEqual(
      Array(6).fill('property: value-out-of-range (37)'),
    );
    expect(new Set(writes.map((x) => (x.native as BacnetMessage).accesses[0]?.priority))).toEqual(new Set([8]));
    const backups = out.commands.filter((x) => x.operation === 'reinitializeDevice');
    expect(backups).toHaveLength(31);
    expect(new Set(backups.map((x) => `${x.verb} ${x.value}`))).toEqual(new Set(['program-upload start-backup']));
    const reasons: Record<string, number> = {};
    for (const x of backups) {
      const where = out.children.has(x.target) ? 'child' : 'router';
      const key = `${where} ${x.outcome} ${x.reason ?? ''}`.trim();
      reasons[key] = (reasons[key] ?? 0) + 1;
    }
    // The router itself rejects the state; frame 1193 is sent again as 1212 after 5 s without an answer.
    expect(reasons).toEqual({
      'child refused services: service-request-denied (29)': 15,
      'router refused reject: parameter-out-of-range (6)': 15,
      'child unanswered': 1,
    });
    expect(out.sessions.every((x) => x.clearCredential === true)).toBe(true);
    expect(out.sessions).toHaveLength(31);
    const text = JSON.stringify(out, (_, v) =>
      v instanceof Map || v instanceof Set ? [...v] : typeof v === 'bigint' ? String(v) : v,
    );
    expect(text).not.toContain('"HIGH"');

    expect(
      [...out.children.values()].map((x) => `${out.endpoints[x.parent]?.split(' ')[1]} ${x.address} ${x.answered}`),
    ).toEqual(['172.16.86.1 8601/63 true']);
    const child = [...out.children.keys()][0]!;
    const facts = (endpoint: number) =>
      new Set(out.identities.filter((x) => x.endpoint === endpoint).map((x) => `${x.attribute}=${x.value}`));
    expect(facts(child)).toContain('vendor=WattStopper');
    expect(facts(child)).toContain('model=LMBC-300');
    expect([...facts(child)].some((x) => x.startsWith('firmware=') && x.includes('04.22'))).toBe(true);
    const router = out.children.get(child)!.parent;
    expect(facts(router)).toContain('station-name=PolarSoft FreeRange Router');
  });

  for (const [name, folder] of [
    ['icsnpp.bacnet_example', 'zeek.basic'],
    ['icsnpp.bacnet_error_reject_abort', 'zeek.error-reject-abort'],
    ['icsnpp.bacnet_segmented_data', 'zeek.segmented_data'],
  ] as const) {
    it(`agrees with the peer's rows on ${name}`, () => {
      const out = messagesOf(name);
      expect(out.failures).toEqual([]);
      const mine = out.messages.map((x) => x.message as BacnetMessage).filter((m) => m.segments > 0);
      // bacnet.log: one row a PDU; of a segmented answer the peer logs the whole once, as here.
      const rows = zeek(`${name}/expected/${folder}/bacnet.log`);
      const got = mine.map((m) =>
        [
          same(m.bvlc),
          PDU_NAMES[m.pdu],
          m.pdu === 4 || m.pdu === 7 ? '-' : same(m.service || m.reason),
          m.invokeId < 0 ? '-' : String(m.invokeId),
        ].join(' '),
      );
      const wanted = rows.map((r) =>
        [same(r.bvlc_function!), r.pdu_type, r.pdu_service === '-' ? '-' : same(r.pdu_service!), r.invoke_id].join(' '),
      );
      const strip = (x: string) =>
        x
          .replace(/ (reject|abort)\w*/, '')
          .replace(/ (REJECT|ABORT)\w* .*/, ' $1')
          .replace(/MULTIPLE/i, 'multiple');
      expect(got.map(strip).sort()).toEqual(wanted.map(strip).sort());

      // bacnet_property.log: object, property, index and value.
      const properties = zeek(`${name}/expected/${folder}/bacnet_property.log`);
      const peer = new Set(
        properties
          .filter(
            (r) =>
              /^read-property-(request|ack)$|^write-property$/.test(r.pdu_service!) &&
              !r.value!.includes('XXXX') /* blanked by the peer's test tool */,
          )
          .map((r) =>
            [
              r.invoke_id,
              r.object_type,
              r.instance_number,
              r.property,
              r.array_index,
              r.value === '-' ? '' : comparable(r.value!),
            ].join(' '),
          ),
      );
      const values = new Set(
        mine
          .filter((m) => (m.choice === 12 || m.choice === 15) && (m.pdu === 0 || m.pdu === 3))
          .flatMap((m) =>
            m.accesses.flatMap((a) => {
              const items = m.pdu === 0 && m.choice === 12 ? [{ value: '' }] : a.items;
              return items.map((i) =>
                [m.invokeId, a.object, a.property, a.index < 0 ? '-' : a.index, comparable(String(i.value))].join(' '),
              );
            }),
          ),
      );
      const missing = [...peer].filter((x) => !values.has(x));
      expect(missing.length, missing.slice(0, 10).join('\n')).toBe(0);
    });
  }

  it('names every vendor of the example capture and the refused passwords', () => {
    const out = messagesOf('icsnpp.bacnet_example');
    const rows = zeek('icsnpp.bacnet_example/expected/zeek.basic/bacnet_discovery.log').filter(
      (r) => r.pdu_service === 'i-am',
    );
    const names = new Map(out.names.map((n) => [n.name, n.endpoint]));
    for (const row of rows) {
      const endpoint = names.get(`BACnet device ${row.instance_number}`);
      const vendor = out.identities.find((x) => x.endpoint === endpoint && x.attribute === 'vendor')?.value;
      expect(vendor, row.vendor).toBeDefined();
      expect(same(row.vendor!)).toContain(same(vendor!));
    }
    const reinitialize = out.commands.filter((x) => x.operation === 'reinitializeDevice');
    expect(reinitialize.filter((x) => x.outcome === 'refused')).toHaveLength(90);
    expect(reinitialize.filter((x) => x.outcome === 'accepted')).toHaveLength(30);
  });

  it('reads the identity of a device by its wildcard instance', () => {
    const out = messagesOf('iti.bacnet_test');
    expect(out.commands.filter((x) => x.verb === 'read' && x.operation === 'readProperty')).toHaveLength(9);
    expect(new Set(out.identities.map((x) => x.attribute))).toEqual(
      new Set(['vendor', 'firmware', 'station-name', 'model']),
    );
    expect(out.commands.filter((x) => x.operation.startsWith('Read-Broadcast')).map((x) => x.outcome)).toEqual([
      'refused',
    ]);
  });
});
