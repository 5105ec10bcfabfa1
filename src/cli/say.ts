/** What goes to a terminal: names of files, devices and interfaces may come from others, and must not steer it. */

/** Control and formatting characters as a dot. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\u00b7');

/** One line to standard error. */
export const complain = (text: string): void => void process.stderr.write(`gatehouse: ${printable(text)}\n`);
