import { expect, it } from 'vitest';
import { plainValues } from './plain-values.ts';

const values = (text: string) => plainValues(new TextEncoder().encode(text)).map(({ key, value }) => [key, value]);

it('reads JSON however it is written: in one line, over several, with tabs', () => {
  const told = [
    ['/level', 3.5],
    ['/pump/on', true],
    ['/pump/name', 'P 1'],
  ];
  expect(values('{"level":3.5,"pump":{"on":true,"name":"P 1"}}')).toEqual(told);
  expect(values('{\r\n\t"level": 3.5,\n  "pump": {\n\t\t"on": true,\n\t\t"name": "P 1"\n\t}\n}\n')).toEqual(told);
  expect(values('{"level": 3.5')).toEqual([]);
});

it('does not tell what a name calls secret', () => {
  expect(values('{\n "wifi": {\n  "password": "hush"\n }\n}')).toEqual([['/wifi/password', '(masked)']]);
});
