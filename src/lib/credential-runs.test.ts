import { describe, expect, it } from 'vitest';
import { credentialRuns } from './credential-runs.ts';

const masked = (text: string | Uint8Array): string[] => {
  const bytes = typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'latin1')) : text;
  return credentialRuns(bytes, 0).map(({ start, end }) =>
    Buffer.from(bytes.subarray(start, end)).toString('latin1').replace(/\0$/, ''),
  );
};

describe('credentialRuns', () => {
  it.each([
    ['\x01\x02user=anna;pass=geheim\x00\x07', 'anna;pass=geheim'],
    ['{"token": "abc.def"}', '"abc.def"}'],
    ['LOGIN anna\r\nPASS x7\r\n', 'anna', 'x7'],
    ['\x00\x05Password:hunter2\x00', 'hunter2'],
    ['<pwd>1234</pwd>', '1234</pwd>'],
    ['Kennwort = Sommer\x012', 'Sommer'],
  ])('finds what follows the word in %j', (text, ...values) => {
    expect(masked(text)).toEqual(values);
  });

  it('finds it in UTF-16', () => {
    expect(
      masked(new Uint8Array(Buffer.from('\x01Password=hunter2', 'utf16le'))).map((s) => s.replaceAll('\0', '')),
    ).toEqual(['hunter2']);
  });

  it('leaves everything else alone: words inside of words, words without a value, numbers', () => {
    for (const text of [
      'bypass=1',
      'the user of pump 3',
      'superuser: x',
      'temperature=20.5',
      '\x00\x01\x02',
      'password',
    ])
      expect(masked(text), text).toEqual([]);
  });

  it('counts from the first octet of the frame, and takes time in proportion to the frame', () => {
    const bytes = new Uint8Array(Buffer.from(`xxxxpin=12`, 'latin1'));
    expect(credentialRuns(bytes, 4)).toEqual([{ start: 8, end: 10 }]);
    const hostile = new Uint8Array(Buffer.from('user '.repeat(13_000), 'latin1'));
    expect(credentialRuns(hostile, 0).length).toBeLessThan(2);
  });
});
