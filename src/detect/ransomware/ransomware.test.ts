import { describe, expect, it } from 'vitest';
import { lateral } from '../lateral/index.ts';
import { HOUR, Scene, SECOND } from '../testing.ts';
import { ransomware } from './index.ts';

const made = () => {
  const s = new Scene({ detectors: [ransomware, lateral] });
  return { s, pc: s.host('10.1.0.66', 'workstation', 4), files: s.host('10.1.0.5', 'server', 4) };
};

describe('ransomware', () => {
  it('tells many files renamed to one ending from the first frame', () => {
    const { s, pc, files } = made();
    for (let i = 0; i < 60; i++) {
      const object = `\\\\files\\data\\order${i}.xlsx`;
      s.command(pc, files, 'smb', { verb: 'write', operation: 'SMB WRITE', object });
      s.command(pc, files, 'smb', {
        verb: 'write',
        operation: 'SMB rename',
        object,
        value: `data\\order${i}.xlsx.locked`,
      });
      s.pass(SECOND / 2);
    }
    const [f] = s.of('ransomware.rename');
    expect(f!.parts.ending).toEqual({ kind: 'text', text: '.locked' });
    expect(f!.surprise).toBeGreaterThan(0.85);
  });
  it('knows the nightly job of the same size, and tells three times as much', () => {
    const { s, pc, files } = made();
    const write = (n: number): void => {
      for (let i = 0; i < n; i++)
        s.command(pc, files, 'smb', { verb: 'write', operation: 'SMB WRITE', object: `\\\\f\\d${i % 9}\\x${i}.txt` });
    };
    write(200);
    s.pass(25 * HOUR);
    write(250);
    expect(s.findings()).toEqual([]);
    s.pass(HOUR);
    write(900);
    expect(s.codes()).toEqual(['ransomware.write']);
  });
  it('tells deleted backups and not a deleted draft', () => {
    const { s, pc, files } = made();
    for (const name of ['a.txt', 'b.tmp', 'c.docx', 'full.vbk'])
      s.command(pc, files, 'smb', { verb: 'delete', object: name });
    expect(s.findings()).toEqual([]);
    for (const name of ['mon.vbk', 'tue.vib']) s.command(pc, files, 'smb', { verb: 'delete', object: name });
    expect(s.codes()).toEqual(['backups-deleted']);
  });
  it('names remote execution that fans out to panels as what it is', () => {
    const { s, pc, files } = made();
    s.command(files, pc, 'smb', { verb: 'invoke', object: '\\\\pc\\IPC$\\svcctl' });
    s.pass(25 * HOUR);
    s.command(files, pc, 'smb', { verb: 'invoke', object: '\\\\pc\\IPC$\\svcctl' });
    expect(s.findings()).toEqual([]);
    for (let i = 0; i < 4; i++)
      s.command(pc, s.host(`10.20.0.${40 + i}`, 'hmi', 2), 'smb', {
        verb: 'invoke',
        object: '\\\\hmi\\IPC$\\svcctl',
        user: 'adm',
      });
    expect(s.codes()).toEqual(['remote-execution', 'remote-execution.spread']);
    expect(s.of('remote-execution.spread')[0]).toMatchObject({ surprise: 0.95, parts: { plant: { value: 4 } } });
  });
});
