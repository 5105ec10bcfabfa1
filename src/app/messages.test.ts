/** The second line of defence of the messages: what a decoder should have masked and did not. */
import { expect, it } from 'vitest';
import { hideUnmasked } from './messages.ts';

const field = (value: string) => ({ name: 'argument', value, meaning: '' });
const shown = (frame: number, value: string) => {
  const row = { frame, fields: [field('USER bob'), field(value)] };
  hideUnmasked(row, new Set([7]));
  return row.fields.map((f) => f.value);
};

it('takes the fields of a message in a frame that carried a credential, unless its decoder masked it', () => {
  expect(shown(7, 'hunter2')).toEqual([]);
  expect(shown(7, '(masked)')).toEqual(['USER bob', '(masked)']);
  expect(shown(8, '20.5 degrees')).toEqual(['USER bob', '20.5 degrees']);
});
