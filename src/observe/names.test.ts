/** Asset lists: read, mapped, compared with what was seen, applied without overwriting, taken away again. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { guessMapping, type ListTable, normalMac, readList } from './names.ts';
import { applyList, reconcile, roleOfWord } from './reconcile.ts';
import { World } from './testing.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const tableOf = async (bytes: Uint8Array): Promise<ListTable> => {
  const result = await readList(bytes);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.table;
};

const crc32 = (b: Uint8Array): number => {
  let c = ~0;
  for (const x of b) {
    c ^= x;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
};

/** A ZIP archive (APPNOTE 4.3) of deflated parts. */
const zip = (parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array => {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(parts)) {
    const data = typeof content === 'string' ? utf8(content) : content;
    const packed = deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(8, 4); // deflate
    common.writeUInt32LE(data.length < 1e6 ? crc32(data) : 0, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const head = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02');
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6, 0, 26);
    entry.writeUInt32LE(at, 42);
    central.push(entry, Buffer.from(name));
    local.push(head);
    at += head.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(local.length, 8);
  end.writeUInt16LE(local.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Uint8Array.from(Buffer.concat([...local, directory, end]));
};

/** The smallest workbook that spreadsheets open (ECMA-376 part 1, 12.2 and 18). */
const workbook = (rows: readonly (readonly string[])[]): Uint8Array => {
  const cell = (text: string, r: number, c: number) =>
    `<c r="${String.fromCharCode(65 + c)}${r + 1}" t="inlineStr"><is><t>${text}</t></is></c>`;
  const sheet = rows.map((row, r) => `<row r="${r + 1}">${row.map((t, c) => cell(t, r, c)).join('')}</row>`).join('');
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packageRel = 'http://schemas.openxmlformats.org/package/2006/relationships';
  return zip({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>',
    '_rels/.rels': `<Relationships xmlns="${packageRel}"><Relationship Id="rId1" Type="${rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${rel}"><sheets><sheet name="Plant" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packageRel}"><Relationship Id="rId1" Type="${rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`,
  });
};

const GERMAN =
  'Anlagenliste Halle 3;;;;;;\nBezeichnung;IP-Adresse;MAC-Adresse;Hersteller;Typ;Seriennummer;Standort;Geräteart;Ebene\n' +
  'Kessel 1;10.0.0.1;00-1B-1B-00-00-01;Siemens AG;CPU 315;S C-1;Halle 3;SPS;1\n' +
  '\n' +
  'Bedienplatz;10.0.0.2;;Dell;;;Leitwarte;Bediengerät;Ebene 2\n' +
  'Pumpe;10.0.0.99;;;;;;;\n';

describe('lists', () => {
  it('reads CSV with German headers, another separator and a title above', async () => {
    const table = await tableOf(utf8(GERMAN));
    expect(table.columns[0]).toBe('Bezeichnung');
    expect(table.lines).toEqual([3, 5, 6]);
    expect(guessMapping(table)).toEqual({
      name: 0,
      ip: 1,
      mac: 2,
      vendor: 3,
      model: 4,
      serial: 5,
      location: 6,
      role: 7,
      level: 8,
    });
  });

  it('reads Windows-1252, UTF-16 and a byte order mark', async () => {
    const latin = Uint8Array.from(Buffer.from('Gerät,IP\nKühlung,10.0.0.1\n', 'latin1'));
    expect((await tableOf(latin)).rows).toEqual([['Kühlung', '10.0.0.1']]);
    const wide = Uint8Array.from(Buffer.from('\ufeffName\tIP\nKühlung\t10.0.0.1\n', 'utf16le'));
    expect((await tableOf(wide)).rows).toEqual([['Kühlung', '10.0.0.1']]);
    expect((await tableOf(utf8('\ufeffName,IP\na,10.0.0.1'))).columns).toEqual(['Name', 'IP']);
  });

  it('finds address columns by their content where headers say nothing', async () => {
    const table = await tableOf(utf8('a,b,c\nx,10.0.0.1,001b1b000001\ny,10.0.0.2,001b.1b00.0002\n'));
    expect(guessMapping(table)).toEqual({ ip: 1, mac: 2 });
  });

  it('reads XLSX', async () => {
    const table = await tableOf(
      workbook([
        ['Name', 'IP address'],
        ['Boiler', '10.0.0.1'],
      ]),
    );
    expect(table).toMatchObject({ columns: ['Name', 'IP address'], rows: [['Boiler', '10.0.0.1']], lines: [2] });
  });

  it('refuses what is no list, and archives that unpack without end, in one sentence', async () => {
    const bomb = zip({ 'xl/worksheets/sheet1.xml': new Uint8Array(140 * 1024 * 1024) });
    expect(bomb.length).toBeLessThan(200_000);
    expect(await readList(bomb)).toEqual({
      kind: 'refused',
      reason: 'The workbook cannot be read: it is damaged, or unpacks to more than 32 MB.',
    });
    expect(await readList(utf8(''))).toMatchObject({ kind: 'refused' });
    expect(await readList(Uint8Array.of(1, 0, 2, 3))).toMatchObject({ kind: 'refused' });
    expect(await readList(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0))).toMatchObject({ kind: 'refused' });
    const good = workbook([['Name'], ['x']]);
    for (const cut of [4, 40, good.length - 30, good.length - 1])
      expect((await readList(good.subarray(0, cut))).kind).toBe('refused');
  });

  it('knows the words for roles, and ways to write a MAC', () => {
    expect(['SPS', 'Umrichter', 'Bediengerät', 'Drucker', 'Switch', 'Leitsystem'].map(roleOfWord)).toEqual([
      'plc',
      'drive',
      'hmi',
      'printer',
      'switch',
      'scada-server',
    ]);
    expect(roleOfWord('Blumenkübel')).toBe('');
    const written = ['00-1B-1B-00-00-01', '001b.1b00.0001', '001B1B000001', '00 1B 1B 00 00 01', '0:1:2'];
    expect(written.map(normalMac)).toEqual([
      '00:1b:1b:00:00:01',
      '00:1b:1b:00:00:01',
      '00:1b:1b:00:00:01',
      '00:1b:1b:00:00:01',
      '',
    ]);
  });
});

describe('reconciliation', () => {
  const world = () => {
    const w = new World();
    const plc = w.host('00:1b:1b:00:00:01', '10.0.0.1');
    w.host('00:0c:29:00:00:02', '10.0.0.2');
    w.host('00:0c:29:00:00:03', '10.0.0.3');
    w.endpoints.add({ ip: '10.0.0.99' });
    w.is(plc, 'model', 'CPU 414-2');
    w.is(plc, 'serial', 'S C-1');
    return w;
  };

  it('matches rows, lists conflicts, what was not seen and what is not listed', async () => {
    const w = world();
    const table = await tableOf(utf8(GERMAN));
    const report = reconcile(w.model, table, guessMapping(table));
    expect(report.matches.map((m) => [m.line, m.asset, m.by])).toEqual([
      [3, 'a1', 'mac'],
      [5, 'a2', 'ip'],
    ]);
    expect(report.conflicts).toEqual([
      { line: 3, label: 'Kessel 1', asset: 'a1', field: 'model', listed: 'CPU 315', observed: 'CPU 414-2' },
      { line: 5, label: 'Bedienplatz', asset: 'a2', field: 'vendor', listed: 'Dell', observed: 'VMware, Inc.' },
    ]);
    expect(report.notSeen).toEqual([
      {
        line: 6,
        label: 'Pumpe',
        ip: '10.0.0.99',
        mac: '',
        reason: 'asked for or spoken about, never spoke',
      },
    ]);
    expect(report.notListed).toEqual(['a3']);
  });

  it('applies without overwriting what was observed, the same twice, and takes an older version away', async () => {
    const w = world();
    const table = await tableOf(utf8(GERMAN));
    const report = reconcile(w.model, table, guessMapping(table));
    applyList(w.model, report, 'halle3.csv');
    const a = w.model.asset('a1')!;
    expect(a).toMatchObject({
      name: 'Kessel 1',
      model: 'CPU 414-2',
      serial: 'S C-1',
      role: { value: 'plc' },
      level: { value: 1 },
    });
    const facts = JSON.stringify(w.model.facts('a1').map((f) => [f.attribute, f.value, f.origin, f.count]));
    applyList(w.model, reconcile(w.model, table, guessMapping(table)), 'halle3.csv');
    expect(JSON.stringify(w.model.facts('a1').map((f) => [f.attribute, f.value, f.origin, f.count]))).toBe(facts);
    const newer = await tableOf(utf8('Name,IP\nKessel 1 neu,10.0.0.1\n'));
    applyList(w.model, reconcile(w.model, newer, guessMapping(newer)), 'halle3.csv');
    expect(w.model.asset('a1')!.name).toBe('Kessel 1 neu');
    expect(w.model.facts('a1').filter((f) => f.origin === 'imported')).toHaveLength(1);
  });

  it('calls a device as the plant does, beside what it calls itself, and takes that back with the list', async () => {
    const w = world();
    w.is(w.host('00:1b:1b:00:00:01', '10.0.0.1'), 'hostname', 'NiftyController');
    expect(w.model.asset('a1')!.name).toBe('NiftyController');
    const table = await tableOf(utf8('Tag,IP\nPLC-01,10.0.0.1\n'));
    const report = reconcile(w.model, table, guessMapping(table));
    // A tag of the plant and a name of the network are two things, and none is wrong.
    expect(report.conflicts).toEqual([]);
    applyList(w.model, report, 'tags.csv');
    expect(w.model.asset('a1')!.name).toBe('PLC-01');
    expect(
      w.model
        .facts('a1')
        .filter((f) => f.attribute === 'hostname')
        .map((f) => f.value),
    ).toEqual(['NiftyController']);
    w.model.removeImport('asset list tags.csv');
    expect(w.model.asset('a1')!.name).toBe('NiftyController');
    const hosts = await tableOf(utf8('Hostname,IP\nOtherName,10.0.0.1\n'));
    expect(reconcile(w.model, hosts, guessMapping(hosts)).conflicts).toMatchObject([
      { field: 'hostname', listed: 'OtherName', observed: 'NiftyController' },
    ]);
  });

  it('says where a listed name is what another device calls itself: the two changed places', async () => {
    const w = new World();
    w.is(w.host('00:1b:1b:00:00:01', '10.0.0.1'), 'hostname', 'hmi-1');
    w.is(w.host('00:1b:1b:00:00:02', '10.0.0.2'), 'hostname', 'hmi-2');
    const table = await tableOf(utf8('Tag,IP\nHMI-2,10.0.0.1\nHMI-1,10.0.0.2\n'));
    expect(reconcile(w.model, table, guessMapping(table)).conflicts).toMatchObject([
      { field: 'name', listed: 'HMI-2', observed: 'hmi-1' },
      { field: 'name', listed: 'HMI-1', observed: 'hmi-2' },
    ]);
  });

  it('does not guess where several devices use an address, or where the MAC is another', async () => {
    const w = new World();
    w.host('00:1b:1b:00:00:01', '192.168.0.1');
    w.host('00:1b:1b:00:00:02', '192.168.0.1');
    w.host('00:1b:1b:00:00:03', '192.168.0.3');
    const table = await tableOf(utf8('Name,IP,MAC\nA,192.168.0.1,\nB,192.168.0.3,00:1b:1b:00:00:77\nC,1.2.3.4,zz\n'));
    const report = reconcile(w.model, table, guessMapping(table));
    expect(report.matches).toEqual([]);
    expect(report.ambiguous).toEqual([
      {
        line: 2,
        label: 'A',
        assets: ['a1', 'a2'],
        reason: '2 devices use 192.168.0.1: give the MAC address to tell them apart',
      },
    ]);
    expect(report.notSeen.map((r) => r.reason)).toEqual([
      '192.168.0.3 is used by another MAC address (00:1b:1b:00:00:03)',
      'not on the wire',
    ]);
    expect(report.problems).toEqual([{ line: 4, label: 'C', text: '"zz" is not a MAC address' }]);
  });

  it('takes whom to call and the telephone for one, in English and German', async () => {
    for (const [header, ...rows] of [
      ['Hostname;IP;Owner;Phone', 'press;10.0.0.1;Ada Berger;4711', 'pc;10.0.0.2;;100'],
      ['Hostname;IP;Verantwortlicher;Telefon', 'press;10.0.0.1;Ada Berger;4711', 'pc;10.0.0.2;-;100'],
    ]) {
      const w = world();
      const table = await tableOf(utf8([header, ...rows].join('\n')));
      const report = reconcile(w.model, table, guessMapping(table));
      const said = report.matches.map((m) => m.facts.find((f) => f.attribute === 'contact')?.value);
      expect(said, header).toEqual(['Ada Berger, 4711', '100']);
    }
  });

  it('asks a person where rows say different things of one device, and where a row names none', async () => {
    const w = world();
    const text = [
      'Hostname;IP;Firmware;Bestellnummer;Ansprechpartner;Bemerkung',
      'press;10.0.0.1;V2.1;;Ada;-',
      'mill;10.0.0.1;;;;',
      'pc;10.0.0.2;;6ES7 315;;n/a',
      'pc;10.0.0.2;;;;in the office',
      ';10.0.0.300;;;;',
      ';;;;Ada;nothing but a contact',
    ].join('\n');
    const table = await tableOf(utf8(text));
    const mapping = guessMapping(table);
    expect(mapping).toEqual({ hostname: 0, ip: 1, firmware: 2, 'order-number': 3, contact: 4, description: 5 });
    const report = reconcile(w.model, table, mapping);
    const reason = 'lines 2, 3 say different things of the same device';
    expect(report.ambiguous).toEqual([
      { line: 2, label: 'press', assets: ['a1'], reason },
      { line: 3, label: 'mill', assets: ['a1'], reason },
    ]);
    expect(report.matches.map((m) => [m.line, m.facts.map((f) => `${f.attribute} ${f.value}`)])).toEqual([
      [4, ['hostname pc', 'order-number 6ES7 315']],
      [5, ['hostname pc', 'description in the office']],
    ]);
    expect(report.problems.map((p) => [p.line, p.text])).toEqual([
      [6, '"10.0.0.300" is not an IP address; no name, address or serial number tells which device this is'],
      [7, 'no name, address or serial number tells which device this is'],
    ]);
    expect(report.notListed).toEqual(['a3']);
  });
});
