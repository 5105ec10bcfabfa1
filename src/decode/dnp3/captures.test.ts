import { expect, it } from 'vitest';
import { CHILD, drive, tcpFlows } from '../../../test/controller-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { type Dnp3Message, dnp3 } from './index.ts';

const read = (name: string) => tcpFlows(sharedCapture(name), [20000]).map((flow) => drive([dnp3], flow.segments));

describeShared('dnp3 captures', () => {
  it('finds every fragment that the peers find', () => {
    // Counts per function as `tshark -T fields -e dnp3.al.func` gives them.
    const functions: Record<number, number> = {};
    for (const seen of read('dnp3/icsnpp.dnp3_example'))
      for (const { message } of seen.messages) {
        const f = (message as Dnp3Message).application;
        if (f !== undefined) functions[f.functionCode] = (functions[f.functionCode] ?? 0) + 1;
      }
    // Five more than tshark has: it takes frame 311 for a Confirm and does not join frames 17 and 18, 113 and 114, 209 and
    // 210, 808 to 810, where the transport sequence number goes from 63 to 0.
    expect(functions).toEqual({ 1: 97, 3: 134, 4: 133, 129: 360 + 4, 130: 3 + 1 });
  });

  it('reads the points of a class 0 poll', () => {
    const items = read('dnp3/icsnpp.dnp3_example').flatMap((seen) => seen.items);
    const paths = new Set(items.map((v) => v.path));
    // Zeek's dnp3_objects.log: 120 binary inputs, 34 binary outputs, 20 analog inputs, 20 analog outputs.
    const count = (point: string) => [...paths].filter((p) => p.startsWith(point)).length;
    expect(['binary input', 'binary output', 'analog input', 'analog output'].map(count)).toEqual([120, 34, 20, 20]);
    expect(items[0]).toMatchObject({ target: CHILD + 5, path: 'binary input 0', quality: 'good' });
  });

  it('has the stories of the ITI captures', () => {
    const story = (name: string) =>
      read(name).flatMap((s) => s.commands.map((c) => `${c.verb} ${c.operation} ${c.object ?? ''} ${c.outcome}`));
    expect(story('dnp3/iti.select_operate_and_responses')).toEqual([
      'control Select binary output 0 accepted',
      'control Operate binary output 0 accepted',
    ]);
    expect(story('dnp3/iti.warm_restart_and_response')).toEqual(['restart Warm Restart  refused']);
    expect(story('dnp3/iti.file_delete')).toEqual(['delete Delete File file ./helloworld.txt accepted']);
    expect(story('dnp3/iti.direct_operate_no_ack_crob')).toEqual([
      'control Direct Operate - No Response binary output 1 unconfirmed',
    ]);
    const sessions = read('dnp3/iti.auth_control_challenge_response').flatMap((s) => s.sessions);
    expect(sessions).toMatchObject([{ phase: 'authenticate', outcome: 'accepted', user: 'user 1' }]);
  });
});
