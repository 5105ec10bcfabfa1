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

/** The octets again, of pieces in any order. */
export const joined = (pieces: readonly { readonly piece: number; readonly bytes: Uint8Array }[]): Uint8Array => {
  if (pieces.length === 1) return pieces[0]!.bytes;
  const out = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of [...pieces].sort((a, b) => a.piece - b.piece)) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
};
