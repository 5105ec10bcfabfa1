import { describe, expect, it } from 'vitest';
import { alignRows } from './align.ts';
import { readDump, readIpal, readReport, readSuricata, readTshark, readZeek } from './readers.ts';

const letters = (ours: string, theirs: string): string =>
  alignRows(
    ours.length,
    theirs.length,
    (i, j) => ours[i] === theirs[j],
    (i, j) => (ours[i]!.toLowerCase() === theirs[j]!.toLowerCase() ? 1 : 0),
  )
    .map(([i, j]) => `${i < 0 ? '-' : ours[i]}${j < 0 ? '-' : theirs[j]}`)
    .join(' ');

describe('alignRows', () => {
  it('shifts nothing when a row is missing on either side', () => {
    expect(letters('abcdef', 'abdef')).toBe('aa bb c- dd ee ff');
    expect(letters('abdef', 'abcdef')).toBe('aa bb -c dd ee ff');
  });
  it('pairs rows that differ a little and leaves those alone that have nothing in common', () => {
    expect(letters('axB', 'ab')).toBe('aa x- Bb');
  });
});

describe('readers of peers', () => {
  it('reads a Zeek log with and without its header', () => {
    const row = 'XXXXXXXXXX.XXXXXX\t-\ta\\x09b\n';
    expect(readZeek(`#separator \\x09\n#fields\tts\tx\ty\n${row}#close\n`, undefined)).toEqual({
      columns: ['ts', 'x', 'y'],
      rows: [{ ts: 'XXXXXXXXXX.XXXXXX', y: 'a\\x09b' }],
    });
    expect(readZeek(`### BTest baseline data\n${row}`, ['ts', 'x', 'y'])?.rows).toHaveLength(1);
    expect(readZeek(row, undefined)).toBeUndefined();
  });
  it('reads a tshark table by frame number', () => {
    const t = readTshark('frame.number\ta\tb\n2\tx\ty\n1\tp\tq\n');
    expect(t.frames[0]).toEqual(['1', 'p', 'q']);
    expect(t.frames[1]).toEqual(['2', 'x', 'y']);
  });
  it('reads the filters of a test.yaml', () => {
    const yaml = [
      'requires:',
      '  min-version: 7 # why not',
      'args:',
      '- -k none',
      'checks:',
      '- filter:',
      '    count: 2',
      '    match:',
      '      event_type: dnp3',
      '      dnp3.type: "a: b"',
      '      dnp3.objects[0].group: 12',
      "      dnp3.note: 'it''s'",
      '- shell:',
      '    args: true',
    ].join('\n');
    expect(readSuricata(yaml)).toEqual([
      {
        count: 2,
        match: { event_type: 'dnp3', 'dnp3.type': 'a: b', 'dnp3.objects[0].group': '12', 'dnp3.note': "it's" },
        has: [],
        hasNot: [],
        other: [],
      },
    ]);
  });
  it('reads IPAL messages, one per line and pretty-printed', () => {
    const a = '{"src":"a","dest":"b","activity":"inform","type":4,"length":1,"data":{"x":1}}';
    const b =
      '{\n    "src": "a",\n    "dest": "b",\n###IGNORE-LINE###\n    "activity": "inform",\n    "data": {},\n}\n';
    expect(readIpal(`${a}\n${b}`).rows.map((r) => [r.src, r.data])).toEqual([
      ['a', 'x=1'],
      ['a', ''],
    ]);
  });
  it('reads reports and dumps line by line', () => {
    expect(
      readReport(
        '<tr class="transmit data-level-4"> <td> 12:00 </td> <td> --A-> </td> <td> Read(0x01) &amp; seq: 1 </td></tr>',
      ),
    ).toEqual([{ kind: 'transmit data-level-4', time: '12:00', arrow: '--A->', text: 'Read(0x01) & seq: 1' }]);
    expect(readDump('    1  12:00 LLDP, length 3\n\tChassis ID\n    2  12:01 x\n')).toEqual([
      { number: 1, head: '12:00 LLDP, length 3', body: ['\tChassis ID'] },
      { number: 2, head: '12:01 x', body: [] },
    ]);
  });
});
