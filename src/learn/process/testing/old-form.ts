/** What is saved now as older versions saved it, to see that it is read still: heads in JSON, a table in each member. */
import { aligned, type Form } from '../arena.ts';
import { kindsOf } from '../arming-table.ts';
import { MEMBERS } from '../index.ts';

const SIZES: Readonly<Record<string, number>> = { f64: 8, f32: 4, i32: 4, u32: 4, i16: 2, u16: 2, u8: 1 };
const TABLE = 'arming';

const withHead = (head: unknown, parts: readonly Uint8Array[], isLittle: boolean): Uint8Array => {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, isLittle);
  return Uint8Array.from(Buffer.concat([length, text, ...parts]));
};
const padded = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(aligned(bytes.length));
  out.set(bytes);
  return out;
};

/** What `keep` made, with the names of its arrays in it. */
export const namedModel = (saved: Uint8Array, form: Form): Uint8Array => {
  const nameEnd = 16 + new DataView(saved.buffer, saved.byteOffset).getUint32(4, true);
  const name = new TextEncoder().encode(JSON.stringify([form.version, ...form.known.layout.parts]));
  const out = Uint8Array.from(Buffer.concat([saved.subarray(0, 16), padded(name), saved.subarray(aligned(nameEnd))]));
  new DataView(out.buffer).setUint32(4, name.length, true);
  return out;
};

/** What `keep` made; `table` where it was left out. */
export const oldModel = (made: Uint8Array, form: Form, table?: Uint8Array): Uint8Array => {
  const saved = namedModel(made, form);
  const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
  const [nameOctets, scalarCount, count] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number];
  const name = new TextDecoder().decode(saved.subarray(16, 16 + nameOctets));
  const [version, ...kinds] = JSON.parse(name) as [string, ...[string, string][]];
  const scalarsAt = aligned(16 + nameOctets);
  const lengthsAt = scalarsAt + 8 * scalarCount;
  const scalars = Array.from({ length: scalarCount }, (_, i) => view.getFloat64(scalarsAt + 8 * i, true));
  let at = lengthsAt + aligned(4 * count);
  const arrays = kinds.map(([part, kind], i) => {
    const octets = view.getUint32(lengthsAt + 4 * i, true) * SIZES[kind]!;
    const own = saved.subarray(at, at + octets);
    at += aligned(octets);
    return { part, kind, octets: part === TABLE && table !== undefined ? table : own };
  });
  const parts = arrays.map(({ part, kind, octets }) => [part, kind, octets.length / SIZES[kind]!]);
  const head = { version, scalars: scalars.map((x) => (Number.isFinite(x) ? x : String(x))), parts };
  return withHead(
    head,
    arrays.map(({ octets }) => padded(octets)),
    true,
  );
};

/** What the guard saved. */
export const oldGuard = (saved: Uint8Array): Uint8Array => {
  const start = 4 + new DataView(saved.buffer, saved.byteOffset).getUint32(0);
  const { table: octets, members } = JSON.parse(new TextDecoder().decode(saved.subarray(4, start))) as {
    table: number;
    members: { name: string; bytes: number; points: number; silenced: number[] }[];
  };
  const table = saved.subarray(start, start + octets);
  let at = start + aligned(octets);
  const bodies = members.map(({ name, bytes }) => {
    const { form } = MEMBERS.find((member) => member.name === name)!;
    const body = oldModel(saved.slice(at, at + bytes), form, table);
    at += aligned(bytes);
    return body;
  });
  const head = members.map(({ name, points, silenced }, i) => ({
    name,
    bytes: bodies[i]!.length,
    points,
    silenced: silenced.flatMap((bits, p) => kindsOf(bits).map((kind) => `${kind} ${p - 1}`)),
  }));
  return withHead(head, bodies, false);
};
