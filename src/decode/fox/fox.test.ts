import { describe, expect, it } from 'vitest';
import { down, drive, hostile, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { fox } from './index.ts';
import { probeFox } from './wire.ts';

const HELLO = textBytes(
  'fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\nhostName=s:eng-pc\nhostAddress=s:10.0.0.9\napp.name=s:Workbench\napp.version=s:3.7.44\n};;\n',
);
const ANSWER = textBytes(
  'fox a 0 -1 fox hello\n{\nfox.version=s:1.0\nhostName=s:10.0.0.5\nhostAddress=s:10.0.0.5\napp.name=s:Station\napp.version=s:3.5.41.1\nos.name=s:QNX\nos.version=s:6.3.2\n' +
    'station.name=s:Boiler_House\nhostId=s:Qnx-NPM6-0000-1490\nbrandId=s:vykon\nsysInfo=o:bog 12[a\n};;\nxyz<e>]\n};;\n',
);
const CHALLENGE = textBytes('fox a 1 -1 fox challenge\n{\nmethod=s:digest-md5\nnonce=b:4[ab]c]\n};;\n');
const LOGIN = textBytes('fox a 2 -1 fox login\n{\nmethod=s:basic\nusername=s:admin\npassword=s:secret\n};;\n');

describe('Niagara Fox', () => {
  it('knows both ends by their hello, and passes over octets that are counted', () => {
    const seen = drive(fox, [up(HELLO), down(ANSWER), down(CHALLENGE)]);
    expect(seen.messages.map((m) => m.type)).toEqual(['Fox hello', 'Fox hello', 'Fox challenge']);
    expect(seen.identities.filter((x) => x.endpoint === 2).map((x) => `${x.attribute}: ${x.value}`)).toEqual([
      'vendor: Tridium (vykon)',
      'os: QNX 6.3.2',
      'software: Niagara Station 3.5.41.1',
      'station-name: Boiler_House',
      'serial: Qnx-NPM6-0000-1490',
      'device-type: Niagara station',
    ]);
    expect(seen.names).toMatchObject([{ endpoint: 1, name: 'eng-pc' }]);
    expect(seen.messages[1]!.fields.at(-1)).toMatchObject({ name: 'sysInfo', kind: 'o' });
  });

  it('never keeps a secret', () => {
    const seen = drive(fox, [down(CHALLENGE), up(LOGIN)]);
    expect(JSON.stringify(seen.messages)).not.toMatch(/secret|ab]c/);
    expect(seen.sessions).toMatchObject([{ phase: 'authenticate', user: 'admin', clearCredential: true }]);
  });

  it('recognises its first line only', () => {
    expect(probeFox(HELLO, 0, HELLO.length)).toBe('sure');
    expect(probeFox(HELLO, 0, 10)).toBe('more');
    const other = textBytes('foxes are not spoken here at all\n');
    expect(probeFox(other, 0, other.length)).toBe('no');
  });

  it('survives anything, in pieces or not', () => {
    sameInPieces(fox, [up(HELLO), down(ANSWER), down(CHALLENGE), up(LOGIN)]);
    hostile(fox, [
      [up(HELLO), down(ANSWER)],
      [down(CHALLENGE), up(LOGIN)],
    ]);
  });
});
