import { expect, it } from 'vitest';
import { drive, type Seen, tcpFlows } from '../../../test/controller-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { cotp } from '../cotp/index.ts';
import { s7comm } from './index.ts';
import type { S7Message } from './wire.ts';

const read = (name: string): Seen[] =>
  tcpFlows(sharedCapture(`s7comm/${name}`), [102]).map((flow) => drive([cotp, s7comm], flow.segments));

describeShared('s7comm captures', () => {
  it('knows the CPU 315 and what was done to it (FACTS 1)', () => {
    const [seen, ...others] = read('icsnpp.snap7');
    expect(others).toEqual([]);
    expect(seen!.malformed).toEqual([]);
    const facts = new Set(seen!.identities.map((i) => `${i.attribute}=${i.value}`));
    expect(facts).toEqual(
      new Set([
        'order-number=6ES7 315-2EH14-0AB0',
        'hardware=3',
        'firmware=V3.2.7',
        'bootloader=A 9.9',
        'station-name=S7300/ET200M station_1',
        'module-name=PLC_1',
        'copyright=Original Siemens Equipment',
        'serial=S C-B1U393142011',
        'model=CPU 315-2 PN/DP',
        'memory-card=4A1AC019',
        'vendor=Siemens',
        'mode=RUN',
      ]),
    );
    // Everything but reads: request frame, verb, operation, object, outcome.
    const done = seen!.commands
      .filter((c) => c.verb !== 'read' && c.verb !== 'discover')
      .map((c) => `${c.requestFrame} ${c.verb} ${c.operation} ${c.object ?? '-'} ${c.outcome}`);
    expect(done).toEqual([
      '17 program-upload Start Upload SDB0 accepted',
      '25 program-upload Start Upload SDB0 accepted',
      '31 program-upload Start Upload SDB0 accepted',
      '37 program-upload Start Upload SDB0 accepted',
      '43 program-upload Start Upload OB0 refused',
      '47 configure Set Clock clock accepted',
      '49 write Write Var MD16 REAL accepted',
      '53 write Write Var MW0 WORD[16] accepted',
      '53 write Write Var IB0 BYTE[16] accepted',
      '53 write Write Var QB0 BYTE[16] accepted',
      '53 write Write Var T0[8] refused',
      '53 write Write Var C0[8] refused',
      '57 mode-change PLC Stop - accepted',
      '59 configure PI _MODU (copy RAM to ROM) - accepted',
      '61 invoke PI _GARB (compress memory) - accepted',
      '63 mode-change PLC Start (cold) - accepted',
    ]);
    const refused = seen!.commands.find((c) => c.requestFrame === 43);
    expect(refused?.reason).toBe('OB cannot be copied: its priority class does not exist (0xd20c)');
  });

  it('counts what the peers count', () => {
    // ROSCTR and function (group and sub-function of userdata) as tshark prints them.
    const count = (name: string): Record<string, number> => {
      const out: Record<string, number> = {};
      for (const { messages } of read(name)) {
        for (const { message, decoder } of messages) {
          if (decoder !== 's7comm') continue;
          const m = message as S7Message;
          const d = m.detail;
          const what = d?.kind === 'userdata' ? `${d.head.group}.${d.head.subfunction}` : m.functionCode.toString(16);
          out[`${m.rosctr} ${what}`] = (out[`${m.rosctr} ${what}`] ?? 0) + 1;
        }
      }
      return out;
    };
    expect(count('iti.s7comm_clean')).toEqual({ '1 4': 2637, '3 4': 2637 });
    expect(count('iti.s7comm_varservice_libnodavedemo_bench')).toEqual({
      '1 f0': 1,
      '3 f0': 1,
      '1 4': 3000,
      '3 4': 3000,
      '1 5': 2002,
      '3 5': 2002,
    });
    expect(count('iti.step7_s300_download')).toEqual({
      '1 f0': 1,
      '3 f0': 1,
      '1 1a': 1,
      '3 1a': 1,
      '1 1b': 1,
      '3 1b': 1,
      '1 1c': 1,
      '3 1c': 1,
      '1 28': 1,
      '3 28': 1,
      '7 1.16': 2,
      '7 3.2': 32,
      '7 3.3': 48,
      '7 4.2': 4,
    });
    expect(count('icsnpp.s7comm_plus')).toEqual({ '1 f0': 1, '3 f0': 1, '1 4': 8, '3 4': 8, '1 5': 8, '3 5': 8 });
  });

  it('tells the story of a hardware download: stop, delete, download, start', () => {
    const seen = read('iti.tia_s300_downloadHwConfig');
    const story = seen
      .flatMap((s) => s.commands)
      .filter((c) => c.verb !== 'read' && c.verb !== 'subscribe')
      .map((c) =>
        `${c.operation.split(' (')[0]} ${c.object ?? ''} ${c.outcome === 'accepted' ? '' : c.outcome}`.trim(),
      );
    expect(story.slice(0, 6)).toEqual([
      'PLC Stop',
      'PI _DELE SDB2000',
      'PI _DELE SDB1000',
      'PI _DELE SDB4',
      'Request Download SDB7',
      'PI _INSE SDB7',
    ]);
    expect(story.filter((x) => x.startsWith('Request Download'))).toHaveLength(7);
    expect(story.filter((x) => x.endsWith('refused'))).toEqual(['PI _INSE SDB4 refused']);
    expect(story.at(-1)).toBe('PLC Start');
    const modes = seen
      .flatMap((s) => s.identities)
      .filter((i) => i.attribute === 'mode')
      .map((i) => i.value);
    expect(modes).toEqual(['STOP', 'RUN']);
  });

  it('never shows the password, and sees the protection level', () => {
    const [seen] = read('iti.step7_s300_AuthPassword');
    expect(seen!.sessions).toMatchObject([{ phase: 'authenticate', clearCredential: true, outcome: 'accepted' }]);
    expect(seen!.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual([
      'protection=level 3 (mode selector RUN-P)',
      'mode=RUN',
    ]);
    const text = JSON.stringify(seen, (_, v) => (v instanceof Uint8Array ? Array.from(v) : v));
    expect(text).not.toContain('33,58,27,29,110,104,27,29');
  });

  it('holds the values that the state extractor found', () => {
    const [seen] = read('ipal.s7');
    expect(seen!.items.map((i) => [i.path.split(' id ')[1], Number(i.value)])).toEqual([
      ['16', 0],
      ['17', 0],
      ['18', 0],
      ['19', 0],
      ['20', 0],
    ]);
  });

  it('a block list that comes in two data units is one', () => {
    const [seen] = read('iti.step7_s300_download');
    const joined = seen!.messages.find((m) => m.frame === 46)?.message as S7Message;
    expect(joined.detail).toMatchObject({ head: { fragments: 2 }, body: { kind: 'block-list' } });
    expect(seen!.commands.filter((c) => c.frame === 44 || c.frame === 46)).toHaveLength(1);
  });
});
