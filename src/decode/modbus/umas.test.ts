import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, type Part, up } from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { modbus } from './index.ts';

let transaction = 0;
/** An ADU of function 90 for unit 0 around `text`: key, UMAS function, data. */
const adu = (text: string): Uint8Array => {
  const data = bytesOf(text);
  return Uint8Array.of(0, transaction, 0, 0, 0, data.length + 2, 0, 90, ...data);
};
const ask = (text: string): Part => {
  transaction++;
  return up(adu(text));
};
const answer = (text: string): Part => down(adu(text));

describe('umas', () => {
  it('shows who takes the controller, stops it and loads it', () => {
    const seen = drive(modbus, [
      ask('00 10 434c0000 03 455753'), // reservation by EWS
      answer('00 fe 5a'),
      ask('5a 41 ff00'), // stop
      answer('5a fe'),
      ask('5a 31 0001 0200 aabb'), // second block of a program
      answer('5a fd 83800000'),
    ]);
    expect(seen.commands.map((c) => `${c.verb} ${c.operation} ${c.object ?? ''} ${c.outcome} ${c.user ?? ''}`)).toEqual(
      [
        'authenticate UMAS Take PLC Reservation  accepted EWS',
        'mode-change UMAS Stop PLC  accepted ',
        'program-download UMAS Program Download Block block 2 refused ',
      ],
    );
    expect(seen.commands[2]!.reason).toBe('UMAS error 0x83800000');
  });
  it('names an unknown function by number and stays silent about an answer alone', () => {
    const seen = drive(modbus, [ask('00 7e 00'), answer('00 fe'), answer('00 fe 00')]);
    expect(seen.commands.map((c) => [c.operation, c.object])).toEqual([
      ['UMAS', 'UMAS function 0x7e'],
      ['UMAS', undefined],
    ]);
  });
});

describeShared('umas on a real capture', () => {
  it('learns the controller and sees its program read out', () => {
    const [flow] = flowsOf(sharedCapture('modbus/iti.modicon_test'));
    const seen = drive(modbus, flow!.parts);
    expect(new Set(seen.identities.map((i) => `${i.attribute} ${i.value}`))).toEqual(
      new Set(['vendor Schneider Electric', 'model 140 CPU 311 10', 'firmware 2.70', 'description project Project']),
    );
    expect(seen.commands.filter((c) => c.verb === 'program-upload')).toHaveLength(55);
  });
});
