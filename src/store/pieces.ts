/**
 * Large octets as rows of bounded size. DuckDB handles 2,048 rows at a time and keeps all of their octets in memory while
 * it commits, checkpoints or reads them: 2,048 pieces are 8 MB, 500 blocks of 133 kB were more than its memory limit.
 */

/** Octets of one piece: at most DuckDB's limit (4,096) for values that stand in the column's own blocks. */
export const PIECE_BYTES = 4096;

/** Rows that share the key of `row` and carry `bytes` under `column`, numbered from 0; one row when there are none. */
export const inPieces = <R extends object, C extends string>(
  row: R,
  column: C,
  bytes: Uint8Array,
): (R & { piece: number } & Record<C, Uint8Array>)[] =>
  Array.from({ length: Math.max(1, Math.ceil(bytes.length / PIECE_BYTES)) }, (_, piece) => ({
    ...row,
    piece,
    [column]: bytes.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES),
  })) as (R & { piece: number } & Record<C, Uint8Array>)[];

/** A part in pieces, in any order. */
export type Pieces = readonly { readonly piece: number; readonly bytes: Uint8Array }[];

const ALIGN = 8;
/**
 * The same of many parts in one piece of memory, which lives as long as any of them: memory for each by itself costs a start of
 * thousands of parts more than what is done with them. Each begins at a multiple of eight octets.
 */
export const joinedAll = (parts: ReadonlyMap<string, Pieces>): Map<string, Uint8Array> => {
  const lengths = [...parts.values()].map((pieces) => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const roomOf = (length: number): number => Math.ceil(length / ALIGN) * ALIGN;
  const memory = new Uint8Array(lengths.reduce((sum, length) => sum + roomOf(length), 0));
  let from = 0;
  return new Map(
    [...parts].map(([name, pieces], i) => {
      const length = lengths[i]!;
      let to = from;
      for (const { bytes } of inOrder(pieces)) {
        memory.set(bytes, to);
        to += bytes.length;
      }
      const at = from;
      from += roomOf(length);
      return [name, memory.subarray(at, at + length)] as const;
    }),
  );
};
const inOrder = (pieces: Pieces): Pieces =>
  pieces.every(({ piece }, i) => i === 0 || piece > pieces[i - 1]!.piece)
    ? pieces
    : [...pieces].sort((a, b) => a.piece - b.piece);

/** The octets again. */
export const joined = (pieces: Pieces): Uint8Array => {
  if (pieces.length === 1) return pieces[0]!.bytes;
  const out = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of inOrder(pieces)) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
};
