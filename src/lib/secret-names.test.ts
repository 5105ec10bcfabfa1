import { describe, expect, it } from 'vitest';
import { isSecretName } from './secret-names.ts';

describe('isSecretName', () => {
  it.each([
    'password',
    'WifiPassword',
    'api_key',
    'sessionToken',
    'pin',
    'plant/wifi/pass',
    'userPass',
    'db_pass',
    'pw',
  ])('%s is one', (name) => expect(isSecretName(name)).toBe(true));
  // Words of plants: a valve that is passed by is what an engineer must see.
  it.each(['bypass', 'ByPass_Valve', 'line1/bypass', 'passengers', 'PassCount', 'spindle', 'pinion', 'compass'])(
    '%s is none',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});
