/** Pages of messages hold each message once and in order, also where segments overtake each other and where one is missing. */
import { expect, it } from 'vitest';
import type { MessageList } from '../api/index.ts';
import { hideUnmasked, messagesOf } from './messages.ts';
import type { SelectedFrame } from './selection.ts';

const OF = { protocol: 'modbus', serverPort: 502 };
const CLIENT = { host: 10, port: 50_000 };
const SERVER = { host: 20, port: 502 };
/** Read Holding Registers, one register: 12 octets asked, 11 answered. Modbus Application Protocol 1.1b3, 6.3. */
const asked = (transaction: number): number[] => [0, transaction, 0, 0, 0, 6, 1, 3, 0, transaction, 0, 1];
const answered = (transaction: number): number[] => [0, transaction, 0, 0, 0, 5, 1, 3, 2, 0, transaction];

const tcp = (
  from: typeof CLIENT,
  to: typeof CLIENT,
  seq: number,
  ack: number,
  payload: readonly number[],
): Uint8Array => {
  const bytes = new Uint8Array(54 + payload.length);
  const v = new DataView(bytes.buffer);
  bytes.set([0x02, 0, 0, 7, 0, to.host, 0x02, 0, 0, 7, 0, from.host, 0x08, 0, 0x45, 0]);
  v.setUint16(16, 40 + payload.length);
  bytes.set([0x40, 0, 64, 6, 0, 0, 10, 7, 0, from.host, 10, 7, 0, to.host], 20);
  v.setUint16(34, from.port);
  v.setUint16(36, to.port);
  v.setUint32(38, seq);
  v.setUint32(42, ack);
  bytes.set([0x50, 0x18, 0x20, 0], 46);
  bytes.set(payload, 54);
  return bytes;
};

/** Polls of one transaction each; of every fifth pair of requests the second overtakes the first, and one answer is lost. */
const conversation = (polls: number): Uint8Array[] => {
  const out: Uint8Array[] = [];
  for (let n = 0; n < polls; n++) {
    const request = (t: number) => tcp(CLIENT, SERVER, 1000 + 12 * t, 9000 + 11 * n, asked(t));
    const answer = (t: number) => tcp(SERVER, CLIENT, 9000 + 11 * t, 1012 + 12 * t, answered(t));
    if (n % 5 === 3 && n + 1 < polls) {
      out.push(request(n + 1), request(n), answer(n), answer(n + 1));
      n++;
    } else if (n === 7) out.push(request(n));
    else out.push(request(n), answer(n));
  }
  return out;
};

async function* framesOf(conversations: readonly (readonly Uint8Array[])[]): AsyncGenerator<SelectedFrame> {
  for (const [i, frames] of conversations.entries())
    for (const [n, bytes] of frames.entries())
      yield { source: `f-${i}`, frame: n + 1, tsUs: 1e15 + n * 10_000, linkType: 1, wire: bytes.length, bytes };
}

const told = (rows: MessageList['items']) =>
  rows.map((m) => [m.source, m.frame, m.role, m.fields.map((f) => f.value).join()]);

it.each([1, 2, 3, 7, 10])('pages of %i hold each message once', async (limit) => {
  const conversations = [conversation(12), conversation(9)];
  const all = await messagesOf(framesOf(conversations), OF, { limit: 1000 }, []);
  expect(all.next).toBeNull();
  // One answer of each is lost: the stream goes on after the hole.
  expect(all.items.filter((m) => m.role === 'request').length).toBe(21);
  const paged: MessageList['items'] = [];
  let from: MessageList['next'] | undefined;
  do {
    const page: MessageList = await messagesOf(framesOf(conversations), OF, { limit, ...from }, []);
    for (let i = 1; i < page.items.length; i++)
      if (page.items[i]!.source === page.items[i - 1]!.source)
        expect(page.items[i]!.frame).toBeGreaterThanOrEqual(page.items[i - 1]!.frame);
    paged.push(...page.items);
    from = page.next;
  } while (from !== null);
  const place = (m: MessageList['items'][number]): string =>
    `${m.source} ${String(m.frame).padStart(6, '0')} ${m.role}`;
  expect(told(paged.toSorted((a, b) => place(a).localeCompare(place(b))))).toEqual(
    told(all.items.toSorted((a, b) => place(a).localeCompare(place(b)))),
  );
});

const field = (value: string) => ({ name: 'argument', value, meaning: '' });
const shown = (frame: number, value: string) => {
  const row = { frame, fields: [field('USER bob'), field(value)], values: [] };
  hideUnmasked(row, new Set([7]));
  return row.fields.map((f) => f.value);
};

it('takes the fields of a message in a frame that carried a credential, unless its decoder masked it', () => {
  expect(shown(7, 'hunter2')).toEqual([]);
  expect(shown(7, '(masked)')).toEqual(['USER bob', '(masked)']);
  expect(shown(8, '20.5 degrees')).toEqual(['USER bob', '20.5 degrees']);
});

it('tells bare octets to those who may see them, and finds them for nobody else', async () => {
  // Write Multiple Registers of two registers, 6.12 of the same specification: its octets are no words.
  const payload = [0, 1, 0, 0, 0, 11, 1, 99, 0, 0, 0, 2, 4, 0xde, 0xad, 0xbe, 0xef];
  const frames = [tcp(CLIENT, SERVER, 1000, 9000, payload)];
  const ask = (query: Parameters<typeof messagesOf>[2]) => messagesOf(framesOf([frames]), OF, query, []);
  const values = (list: MessageList) => list.items.flatMap((m) => m.fields.map((f) => f.value)).join();
  expect(values(await ask({}))).toContain('de ad be ef');
  expect((await ask({ words: 'be ef' })).items).toHaveLength(1);
  const hidden = values(await ask({ octets: false }));
  expect(hidden).not.toContain('de ad');
  expect(hidden).toContain('(octets, not shown)');
  expect((await ask({ octets: false, words: 'be ef' })).items).toHaveLength(0);
});

it('says of an answer which points it read, with their values, and of a write which it wrote', async () => {
  // Read Holding Registers, two from 40 on: 3400 and 7. Then Write Single Register 5 to 1400, 6.3 and 6.6.
  const read = [0, 1, 0, 0, 0, 6, 1, 3, 0, 40, 0, 2];
  const answer = [0, 1, 0, 0, 0, 7, 1, 3, 4, 0x0d, 0x48, 0, 7];
  const write = [0, 2, 0, 0, 0, 6, 1, 6, 0, 5, 0x05, 0x78];
  const frames = [
    tcp(CLIENT, SERVER, 1000, 9000, read),
    tcp(SERVER, CLIENT, 9000, 1012, answer),
    tcp(CLIENT, SERVER, 1012, 9013, write),
    tcp(SERVER, CLIENT, 9013, 1024, write),
  ];
  const { items } = await messagesOf(framesOf([frames]), OF, {}, []);
  expect(items.map((m) => [m.frame, m.role, m.values, m.valuesMore])).toEqual([
    [1, 'request', [], 0],
    [
      2,
      'answer',
      [
        { name: 'holding 40', value: 3400 },
        { name: 'holding 41', value: 7 },
      ],
      0,
    ],
    [3, 'request', [{ name: 'holding 5', value: 1400 }], 0],
    [4, 'answer', [], 0],
  ]);
});

it('says of each of several writes in one frame what it wrote itself', async () => {
  // Write Single Register, 1 to 7 and 2 to 5: both requests in one segment, and both answers.
  const first = [0, 1, 0, 0, 0, 6, 1, 6, 0, 7, 0, 1];
  const second = [0, 2, 0, 0, 0, 6, 1, 6, 0, 5, 0, 2];
  const frames = [
    tcp(CLIENT, SERVER, 1000, 9000, [...first, ...second]),
    tcp(SERVER, CLIENT, 9000, 1024, [...first, ...second]),
  ];
  const { items } = await messagesOf(framesOf([frames]), OF, {}, []);
  expect(items.filter((m) => m.role === 'request').map((m) => m.values)).toEqual([
    [{ name: 'holding 7', value: 1 }],
    [{ name: 'holding 5', value: 2 }],
  ]);
});
