/** Bodies of the file memory commands (22 xx): W342 sections 5-3-29 to 5-3-41, W202 for index and block access. */
import { paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { COMMAND } from './commands.ts';
import type { FinsDetail, FinsFile } from './message.ts';

/** Files have 8 characters, a dot and 3 more. */
const NAME = 12;
const name = (b: Uint8Array, o: number): string => paddedAscii(b, o, o + NAME);
const two = (n: number): string => String(n).padStart(2, '0');
/** Date and time as MS-DOS packs them: seven bits of years from 1980, two-second steps. */
const packedTime = (b: Uint8Array, o: number): string => {
  const date = u16be(b, o);
  const time = u16be(b, o + 2);
  const day = `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day}T${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`;
};
const NOTHING = new Uint8Array(0);

const file = (fields: Partial<Omit<Extract<FinsDetail, { kind: 'file' }>, 'kind'>>): FinsDetail => ({
  kind: 'file',
  parameter: fields.parameter ?? -1,
  disk: fields.disk ?? -1,
  name: fields.name ?? '',
  capacity: fields.capacity ?? -1,
  position: fields.position ?? -1,
  length: fields.length ?? -1,
  octets: fields.octets ?? NOTHING,
});
const files = (parameter: number, disk: number, count: number, names: readonly string[]): FinsDetail => ({
  kind: 'files',
  parameter,
  disk,
  count,
  names,
});

/** One body; 'short' when octets are missing. `o` is behind the end code in answers. */
export const fileBodyOf = (
  command: number,
  response: boolean,
  b: Uint8Array,
  o: number,
  end: number,
): FinsDetail | undefined | 'short' => (response ? answer(command, b, o, end) : question(command, b, o, end));

const question = (command: number, b: Uint8Array, o: number, end: number): FinsDetail | undefined | 'short' => {
  const n = end - o;
  switch (command) {
    case COMMAND.FILE_NAME_READ:
      if (n < 6) return 'short';
      return { kind: 'file-list-range', disk: u16be(b, o), first: u16be(b, o + 2), count: u16be(b, o + 4) };
    case COMMAND.FILE_READ:
      if (n < 20) return 'short';
      return file({ disk: u16be(b, o), name: name(b, o + 2), position: u32be(b, o + 14), length: u16be(b, o + 18) });
    case COMMAND.FILE_WRITE:
      if (n < 22) return 'short';
      return file({
        disk: u16be(b, o),
        parameter: u16be(b, o + 2),
        name: name(b, o + 4),
        position: u32be(b, o + 16),
        length: u16be(b, o + 20),
        octets: b.slice(o + 22, end),
      });
    case COMMAND.FILE_FORMAT:
      return n < 2 ? 'short' : files(-1, u16be(b, o), -1, []);
    case COMMAND.FILE_DELETE: {
      if (n < 4) return 'short';
      const names: string[] = [];
      for (let p = o + 4; p + NAME <= end; p += NAME) names.push(name(b, p));
      return files(-1, u16be(b, o), u16be(b, o + 2), names);
    }
    case COMMAND.VOLUME_LABEL:
      return n < 4 ? 'short' : files(u16be(b, o + 2), u16be(b, o), -1, n < 16 ? [] : [name(b, o + 4)]);
    case COMMAND.FILE_COPY:
      if (n < 28) return 'short';
      return {
        kind: 'file-pair',
        fromDisk: u16be(b, o),
        from: name(b, o + 2),
        toDisk: u16be(b, o + 14),
        to: name(b, o + 16),
      };
    case COMMAND.FILE_RENAME:
      // 5-3-36: the new name stands first.
      if (n < 26) return 'short';
      return {
        kind: 'file-pair',
        fromDisk: u16be(b, o),
        from: name(b, o + 14),
        toDisk: u16be(b, o),
        to: name(b, o + 2),
      };
    case COMMAND.FILE_CHECK:
      return n < 14 ? 'short' : file({ disk: u16be(b, o), name: name(b, o + 2) });
    case COMMAND.MEMORY_FILE:
      if (n < 22) return 'short';
      return areaFile(b, u16be(b, o), b[o + 2]!, u16be(b, o + 3), b[o + 5]!, u16be(b, o + 6), o + 8);
    case COMMAND.PARAMETER_FILE:
      if (n < 22) return 'short';
      return areaFile(b, u16be(b, o), u16be(b, o + 2), u16be(b, o + 4), 0, u16be(b, o + 6), o + 8);
    case COMMAND.PROGRAM_FILE:
      if (n < 26) return 'short';
      return areaFile(b, u16be(b, o), u16be(b, o + 2), u32be(b, o + 4), 0, u32be(b, o + 8), o + 12);
    case COMMAND.FILE_INDEX_READ:
      return n < 3 ? 'short' : { kind: 'blocks', first: u16be(b, o), count: b[o + 2]! };
    case COMMAND.FILE_MEMORY_READ:
      return n < 2 ? 'short' : { kind: 'blocks', first: u16be(b, o), count: 1 };
    case COMMAND.FILE_MEMORY_WRITE:
      if (n < 4) return 'short';
      return { kind: 'block', type: b[o]!, control: b[o + 1]!, number: u16be(b, o + 2), octets: b.slice(o + 4, end) };
    case COMMAND.DIRECTORY:
      // Disk, 0 create or 1 delete, name, length of the path, path.
      if (n < 18) return 'short';
      return files(u16be(b, o + 2), u16be(b, o), 1, [directory(b, o + 4, end)]);
    default:
      return n > 0 ? { kind: 'octets', octets: b.slice(o, end) } : undefined;
  }
};

const directory = (b: Uint8Array, o: number, end: number): string => {
  const path = paddedAscii(b, o + 14, Math.min(end, o + 14 + u16be(b, o + 12)));
  return path === '' ? name(b, o) : `${path}\\${name(b, o)}`;
};

const areaFile = (
  b: Uint8Array,
  parameter: number,
  area: number,
  first: number,
  bit: number,
  count: number,
  o: number,
): FinsDetail => ({ kind: 'area-file', parameter, area, first, bit, count, disk: u16be(b, o), name: name(b, o + 2) });

const answer = (command: number, b: Uint8Array, o: number, end: number): FinsDetail | undefined | 'short' => {
  const n = end - o;
  switch (command) {
    case COMMAND.FILE_NAME_READ:
      return n < 28 ? 'short' : fileList(b, o, end);
    case COMMAND.FILE_READ:
      if (n < 10) return 'short';
      return file({
        capacity: u32be(b, o),
        position: u32be(b, o + 4),
        length: u16be(b, o + 8),
        octets: b.slice(o + 10, end),
      });
    case COMMAND.FILE_DELETE:
      return n < 2 ? 'short' : files(-1, -1, u16be(b, o), []);
    case COMMAND.MEMORY_FILE:
    case COMMAND.PARAMETER_FILE:
      return n < 2 ? 'short' : { kind: 'number', value: u16be(b, o) };
    case COMMAND.PROGRAM_FILE:
      return n < 4 ? 'short' : { kind: 'number', value: u32be(b, o) };
    case COMMAND.FILE_INDEX_READ: {
      if (n < 5) return 'short';
      const blocks: { type: number; control: number }[] = [];
      for (let p = o + 5; p + 2 <= end; p += 2) blocks.push({ type: b[p]!, control: b[p + 1]! });
      return { kind: 'block-index', remaining: u16be(b, o), total: u16be(b, o + 2), memoryType: b[o + 4]!, blocks };
    }
    case COMMAND.FILE_MEMORY_READ:
      if (n < 2) return 'short';
      return { kind: 'block', type: b[o]!, control: b[o + 1]!, number: -1, octets: b.slice(o + 2, end) };
    default:
      return n > 0 ? { kind: 'octets', octets: b.slice(o, end) } : undefined;
  }
};

const fileList = (b: Uint8Array, o: number, end: number): FinsDetail => {
  const listed: FinsFile[] = [];
  for (let p = o + 28; p + 20 <= end; p += 20)
    listed.push({ name: name(b, p), time: packedTime(b, p + 12), capacity: u32be(b, p + 16) });
  return {
    kind: 'file-list',
    volume: name(b, o),
    time: packedTime(b, o + 12),
    total: u32be(b, o + 16),
    unused: u32be(b, o + 20),
    fileCount: u16be(b, o + 24),
    count: u16be(b, o + 26) & 0x7fff,
    last: (b[o + 26]! & 0x80) !== 0,
    files: listed,
  };
};
