import { describe, expect, it } from 'vitest';
import { contextOf, down, drive, hostile, join, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { fanucRmi } from './index.ts';

const on16001 = { carrier: 'tcp', serverPort: 16_001 };
/** Packets as the manual prints them: one object, CR and LF behind it. */
const packet = (text: string) => textBytes(`${text}\r\n`);
const MOTION =
  '{"Instruction":"FRC_LinearMotion","SequenceID":2,"Configuration":{"UToolNumber":1,"UFrameNumber":1,"Front":1,"Up":1,"Left":0,"Flip":0,"Turn4":0,"Turn5":0,"Turn6":0},' +
  '"Position":{"X":500.5,"Y":0,"Z":300,"W":180,"P":0,"R":0},"SpeedType":"mmSec","Speed":250,"TermType":"FINE","TermValue":0}';

const conversation = [
  up(packet('{"Communication":"FRC_Connect"}')),
  down(
    packet(
      '{"Communication" : "FRC_Connect", "ErrorID" : 0, "PortNumber" : 16002, "MajorVersion" : 7, "MinorVersion" : 1}',
    ),
  ),
  up(packet('{"Command":"FRC_GetStatus"}')),
  down(packet('{"Command":"FRC_GetStatus","ErrorID":0,"ServoReady":1,"TPMode":0,"Override":100}')),
  up(packet('{"Command":"FRC_Initialize"}')),
  down(packet('{"Command":"FRC_Initialize","ErrorID":0}')),
  up(packet('{"Instruction":"FRC_SetUTool","SequenceID":1,"ToolNumber":1}')),
  up(packet(MOTION)),
  down(packet('{"Instruction":"FRC_SetUTool","ErrorID":0,"SequenceID":1}')),
  up(packet('{"Command":"FRC_WriteDOUT","PortNumber":3,"PortValue":"ON"}')),
  down(packet('{"Command":"FRC_WriteDOUT","ErrorID":0}')),
  up(join(packet('{"Command":"FRC_ReadDIN","PortNumber":5}'), packet('{"Command":"FRC_SetOverRide","Value":30}'))),
  down(packet('{"Command":"FRC_ReadDIN","ErrorID":0,"PortNumber":5,"PortValue":1}')),
  down(packet('{"Command":"FRC_SetOverRide","ErrorID":2556957}')),
  down(packet('{"Instruction":"FRC_LinearMotion","ErrorID":0,"SequenceID":2}')),
  up(packet('{"Command":"FRC_ReadPositionRegister","RegisterNumber":1}')),
  down(
    packet(
      '{"Command":"FRC_ReadPositionRegister","ErrorID":0,"RegisterNumber":1,"Configuration":{"Flip":0},"Position":{"X":1.5,"Y":-2}}',
    ),
  ),
  up(packet('{"Instruction":"FRC_Call","SequenceID":3,"ProgramName":"GRIP_OPEN"}')),
  down(packet('{"Communication":"FRC_SystemFault","SequenceID":3}')),
  up(packet('{"Communication":"FRC_Disconnect"}')),
  down(packet('{"Communication":"FRC_Disconnect","ErrorID":0}')),
];

describe('fanuc-rmi', () => {
  it('tells who moves a robot, what is set, and what was refused', () => {
    const run = drive(fanucRmi, conversation, on16001);
    expect(run.malformed).toEqual([]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['read', 'FRC_GetStatus', undefined, undefined, 'accepted', undefined],
      ['control', 'FRC_Initialize', undefined, undefined, 'accepted', undefined],
      ['write', 'FRC_SetUTool', undefined, undefined, 'accepted', undefined],
      ['write', 'FRC_WriteDOUT', 'DO[3]', 'ON', 'accepted', undefined],
      ['read', 'FRC_ReadDIN', 'DI[5]', undefined, 'accepted', undefined],
      ['write', 'FRC_SetOverRide', undefined, 30, 'refused', 'error 2556957'],
      ['control', 'FRC_LinearMotion', undefined, undefined, 'accepted', undefined],
      ['read', 'FRC_ReadPositionRegister', 'PR[1]', undefined, 'accepted', undefined],
      ['invoke', 'FRC_Call', 'GRIP_OPEN', undefined, 'unanswered', undefined],
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['ServoReady', 1, 'read'],
      ['TPMode', 0, 'read'],
      ['Override', 100, 'read'],
      ['DO[3]', 'ON', 'write'],
      ['DI[5]', 1, 'read'],
      ['PR[1].Flip', 0, 'read'],
      ['PR[1].X', 1.5, 'read'],
      ['PR[1].Y', -2, 'read'],
    ]);
    expect(run.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual(['vendor=FANUC', 'software=RMI 7.1']);
    expect(run.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted' },
      { phase: 'close', outcome: 'accepted' },
    ]);
  });
  it('reads every number of a motion', () => {
    const run = drive(fanucRmi, [up(packet(MOTION))], on16001);
    expect(run.messages).toMatchObject([{ type: 'FRC_LinearMotion request', sequenceId: 2, errorId: -1, more: false }]);
    expect(Object.fromEntries(run.messages[0]!.fields.map((f) => [f.path, f.value]))).toMatchObject({
      'Position.X': 500.5,
      'Position.W': 180,
      'Configuration.Front': 1,
      SpeedType: 'mmSec',
      Speed: 250,
    });
  });
  it('takes packets over several lines, braces in words, and names that the manual does not have', () => {
    const text = '{\n  "Command": "FRC_Comment",\n  "Text": "a } \\" b",\n  "constructor": 1\n}';
    const run = drive(fanucRmi, [up(packet(text)), down(packet('{"ErrorID":0,"Command":"FRC_Comment"}'))], on16001);
    expect(run.malformed).toEqual([]);
    expect(run.commands).toMatchObject([
      { verb: 'invoke', operation: 'FRC packet', object: 'FRC_Comment', outcome: 'accepted' },
    ]);
    expect(run.messages[0]!.fields).toEqual([
      { path: 'Text', value: 'a } " b' },
      { path: 'constructor', value: 1 },
    ]);
  });
  it('is known by its names on any port', () => {
    const say = (text: string) => {
      const b = textBytes(text);
      return fanucRmi.probe(b, 0, b.length, contextOf({ carrier: 'tcp', serverPort: 16_002 }));
    };
    expect(say('{"Command":"FRC_GetStatus"}\r\n')).toBe('sure');
    expect(say('{"ErrorID":0,"Instruction" : "FRC_WaitTime"')).toBe('sure');
    expect(say('{"Command":"FRC')).toBe('more');
    expect(say('{"method":"status","id":1}\n')).toBe('no');
    expect(say('GET / HTTP/1.1\r\n')).toBe('no');
  });
  it('gives the same however TCP cuts it', () => sameInPieces(fanucRmi, conversation, on16001));
  it('survives anything', () => hostile(fanucRmi, [conversation.slice(0, 4), conversation.slice(6, 10)], on16001));
});
