/** A file made in the browser: what is on screen as CSV or JSON. */
import { csvField } from '../../core/csv.ts';

export const csvText = (head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [head, ...rows].map((r) => `${r.map(csvField).join(',')}\r\n`).join('');

export const save = (name: string, type: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};
