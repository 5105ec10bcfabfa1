import { expect, it } from 'vitest';
import { holdsWords } from './message-words.ts';

it('finds messages by their name and by what they carry', () => {
  const read = {
    type: 'Read Var job',
    title: 'S7comm',
    fields: [{ value: 'DB10.DBD4', meaning: '' }],
  };
  expect([holdsWords(read, ' var dbd4'), holdsWords(read, 'var dbd5'), holdsWords(read, '')]).toEqual([
    true,
    false,
    true,
  ]);
});
