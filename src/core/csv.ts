/**
 * A cell of CSV. What stands in it may come from the wire: where a spreadsheet would take it for a formula it gets an
 * apostrophe.
 * @source RFC 4180; OWASP "CSV Injection"
 */

/**
 * What begins a formula somewhere; full-width signs are folded to plain ones by spreadsheets of East Asia. Where numbers have
 * a decimal comma, a semicolon or tab begins the next cell, and quotes that do not stand at the beginning of one count for nothing.
 */
const FORMULA = /(^|[;\t])(?=[\t\r\n=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** A number stays one; null is an empty cell. */
export const csvField = (value: string | number | null): string => {
  const text = typeof value === 'string' ? value.replaceAll(FORMULA, "$1'") : value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
