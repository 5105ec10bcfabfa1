/** A file made in the browser: what is on screen as CSV (RFC 4180) or JSON. */

/** Cells that a spreadsheet would take for a formula get an apostrophe: what stands in them may come from the wire. */
const cell = (value: string | number | null): string => {
  const text =
    value === null ? '' : typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
export const csvText = (head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [head, ...rows].map((r) => `${r.map(cell).join(',')}\r\n`).join('');

export const save = (name: string, type: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};
