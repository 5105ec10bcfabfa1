import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { rtde } from './index.ts';

const on30004 = { carrier: 'tcp', serverPort: 30004 };
const text = (t: string) => Buffer.from(t).toString('hex');
/** RTDE guide: uint16 size of the package, uint8 type, payload. */
const pack = (type: string, body: string) =>
  bytesOf(`${(3 + body.length / 2).toString(16).padStart(4, '0')}${text(type)}${body}`);
const RATE = '405f400000000000'; // 125 Hz
const conversation = [
  up(pack('V', '0002')),
  down(pack('V', '01')),
  up(pack('v', '')),
  down(pack('v', '000000050000000b000000010001a71e')), // 5.11.1.108318
  up(pack('O', `${RATE}${text('timestamp,actual_q,robot_mode')}`)),
  down(pack('O', `01${text('DOUBLE,VECTOR6D,INT32')}`)),
  up(pack('I', text('speed_slider_fraction'))),
  down(pack('I', `02${text('DOUBLE')}`)),
  up(pack('S', '')),
  down(pack('S', '01')),
  down(pack('U', `01${'4000000000000000'}${'3ff0000000000000'.repeat(6)}00000007`)),
  up(pack('U', '023fe0000000000000')),
];

describe('rtde', () => {
  it('names the variables that a robot reports and that are written into it', () => {
    const run = drive(rtde, conversation, on30004);
    expect(run.malformed).toEqual([]);
    expect(run.identities.map((i) => [i.attribute, i.value])).toEqual([
      ['vendor', 'Universal Robots'],
      ['firmware', '5.11.1.108318'],
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['timestamp', 2, 'read'],
      ...[0, 1, 2, 3, 4, 5].map((i) => [`actual_q[${i}]`, 1, 'read']),
      ['robot_mode', 7, 'read'],
      ['speed_slider_fraction', 0.5, 'write'],
    ]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.outcome])).toEqual([
      ['subscribe', 'RTDE Setup Outputs', 'timestamp,actual_q,robot_mode', 'accepted'],
      ['subscribe', 'RTDE Setup Inputs', 'speed_slider_fraction', 'accepted'],
      ['subscribe', 'RTDE Start', undefined, 'accepted'],
      ['write', 'RTDE Data Package', 'speed_slider_fraction', 'unconfirmed'],
    ]);
  });

  it('says refused where the robot does not know a variable, and malformed where a package does not fit its recipe', () => {
    const run = drive(
      rtde,
      [
        up(pack('V', '0002')),
        down(pack('V', '01')),
        up(pack('O', `${RATE}${text('nonsense')}`)),
        down(pack('O', `01${text('NOT_FOUND')}`)),
        up(pack('I', text('a'))),
        down(pack('I', `02${text('DOUBLE')}`)),
        up(pack('U', '0200')),
      ],
      on30004,
    );
    expect(run.commands).toMatchObject([{ outcome: 'refused' }, { outcome: 'accepted' }]);
    expect(run.malformed).toHaveLength(1);
  });

  it('gives the same however TCP cuts it', () => sameInPieces(rtde, conversation, on30004));
  it('survives anything', () => hostile(rtde, [conversation], on30004));
});
