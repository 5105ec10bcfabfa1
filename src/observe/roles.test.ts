/** Every role can be concluded from evidence, each with a reason for people; and nothing is guessed from nothing. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../core/site.ts';
import { knowledge } from './knowledge.ts';
import { World } from './testing.ts';

type Scene = (w: World, it: number, other: number) => void;

const SCENES: Readonly<Record<Exclude<Role, 'unknown'>, Scene>> = {
  plc: (w, it, other) => {
    w.does(other, it, 's7comm', {});
    w.is(it, 'order-number', '6ES7 315-2EH14-0AB0');
  },
  'safety-controller': (w, it) => w.is(it, 'model', '1756-L72S GuardLogix'),
  'remote-io': (w, it) => w.is(it, 'order-number', '6ES7 155-6AU01-0BN0'),
  drive: (w, it) => w.is(it, 'device-type', 'AC Drive'),
  hmi: (w, it) => w.is(it, 'order-number', '6AV2 124-0MC01-0AX0'),
  'engineering-station': (w, it, other) =>
    w.does(it, other, 's7comm', { verb: 'program-download', operation: 'Download block' }),
  historian: (w, it) => w.is(it, 'hostname', 'HISTORIAN01'),
  'scada-server': (w, it) => {
    for (let i = 10; i < 16; i++) w.does(it, w.host(`00:1b:1b:00:01:${i}`, `10.0.1.${i}`), 'modbus', {});
  },
  'iiot-gateway': (w, it, other) => {
    w.does(it, other, 'modbus', {});
    w.flow(it, other, 'mqtt');
  },
  'field-gateway': (w, it) => {
    w.child(it, 'modbus-unit', '1', true);
    w.child(it, 'modbus-unit', '2', true);
  },
  switch: (w, it) => w.is(it, 'model', 'SCALANCE X208'),
  router: (w, it) => {
    w.holds(it, '10.0.0.1');
    w.host('00:1b:1b:00:00:01', '10.9.0.1', 2, 61);
    w.host('00:1b:1b:00:00:01', '10.9.0.2', 2, 62);
  },
  firewall: (w, it) => w.is(it, 'description', 'FortiGate firewall'),
  'jump-host': (w, it) => {
    w.is(it, 'os', 'Windows 10');
    w.flow(w.host('00:0c:29:00:00:09', '10.9.0.9'), it, 'rdp');
    w.flow(it, w.host('00:0c:29:00:00:08', '10.8.0.8'), 'rdp');
  },
  server: (w, it) => w.is(it, 'os', 'Windows Server 2019'),
  workstation: (w, it) => w.is(it, 'os', 'Windows 10'),
  printer: (w, it, other) => w.flow(other, it, '', { serverPort: 9100 }),
  camera: (w, it, other) => w.flow(other, it, 'rtsp', { serverPort: 554 }),
  phone: (w, it) => w.is(it, 'role', 'telephone'),
  'building-controller': (w, it, other) => w.does(other, it, 'bacnet', {}),
  'field-device': (w, it) => w.is(it, 'device-type', 'Pressure transmitter'),
  external: () => {},
};

describe('roles', () => {
  it('a safety controller is told from others by one word, however much says that it is a controller', () => {
    const w = new World();
    const subject = w.host('00:1b:1b:00:00:01', '10.0.0.1');
    const other = w.host('00:0c:29:00:00:02', '10.0.0.2');
    w.does(other, subject, 's7comm', {});
    w.is(subject, 'vendor', 'Siemens AG');
    w.is(subject, 'order-number', '6ES7 317-2FK14-0AB0');
    w.is(subject, 'model', 'CPU 317F-2 PN/DP');
    w.is(subject, 'device-type', 'S7-300 CPU 317');
    w.is(subject, 'mode', 'RUN');
    const { role } = w.model.asset(w.model.assetOf(subject)!)!;
    expect(role.value).toBe('safety-controller');
    expect(role.reasons.join('; ')).toMatch(/fail-safe.*serves s7comm/);
  });

  for (const role of ROLES) {
    if (role === 'unknown' || role === 'external') continue;
    it(`concludes ${role}, with reasons`, () => {
      const w = new World();
      const subject = w.host('00:1b:1b:00:00:01', '10.0.0.1');
      const other = w.host('00:0c:29:00:00:02', '10.0.0.2');
      SCENES[role](w, subject, other);
      const asset = w.model.asset(w.model.assetOf(subject)!)!;
      expect([asset.role.value, asset.role.reasons]).toEqual([role, asset.role.reasons]);
      expect(asset.role.confidence).toBeGreaterThan(0.2);
      for (const reason of asset.role.reasons) expect(reason).not.toMatch(/[{}]/);
    });
  }

  it('says what it saw', () => {
    const w = new World();
    const subject = w.host('00:1b:1b:00:00:01', '10.0.0.1');
    SCENES.plc(w, subject, w.host('00:0c:29:00:00:02', '10.0.0.2'));
    expect(w.model.asset('a1')!.role.reasons).toEqual(
      expect.arrayContaining(['serves s7comm', "order number 6ES7 315-2EH14-0AB0 is a controller's"]),
    );
    expect(w.model.asset('a1')!.level).toMatchObject({ value: 1 });
  });

  it('knows an engineering station by its name and what it talks to, though it runs what office computers run', () => {
    const w = new World();
    const station = w.host('00:1b:1b:00:00:01', '10.0.0.1');
    const plc = w.host('00:0c:29:00:00:02', '10.0.0.2');
    const roleOf = () => w.model.asset(w.model.assetOf(station)!)!.role.value;
    w.is(station, 'os', 'Windows 10');
    w.is(station, 'hostname', 'ES-01');
    w.flow(station, plc, 'smb');
    expect(roleOf()).toBe('workstation');
    w.does(station, plc, 's7comm', { verb: 'read' });
    expect(roleOf()).toBe('engineering-station');
    // It gets round to many controllers, as a server does that polls them.
    for (let i = 10; i < 16; i++) w.does(station, w.host(`00:1b:1b:00:01:${i}`, `10.0.1.${i}`), 'modbus', {});
    expect(roleOf()).toBe('engineering-station');
    const panel = w.host('00:1b:1b:00:00:03', '10.0.0.3');
    w.is(panel, 'hostname', 'hmi-01');
    w.does(panel, plc, 's7comm', { verb: 'write' });
    expect(w.model.asset(w.model.assetOf(panel)!)!.role.value).toBe('hmi');
  });

  it('takes no computer for a jump host that is worked at, or works at others, in one network, nor one that steers machines', () => {
    const roleOf = (from: string, onto: string, steers = false): string => {
      const w = new World();
      const pc = w.host('00:1b:1b:00:00:01', '10.0.0.1');
      w.is(pc, 'os', 'Windows 10');
      w.flow(w.host('00:0c:29:00:00:09', from), pc, 'rdp');
      const next = w.host('00:0c:29:00:00:08', onto);
      w.flow(pc, next, 'ssh');
      if (steers) w.does(pc, next, 's7comm', { verb: 'read' });
      return w.model.asset(w.model.assetOf(pc)!)!.role.value;
    };
    expect(roleOf('10.9.0.9', '10.8.0.8')).toBe('jump-host');
    expect(roleOf('10.9.0.9', '10.9.0.8')).not.toBe('jump-host');
    expect(roleOf('10.9.0.9', '10.8.0.8', true)).not.toBe('jump-host');
  });

  it('does not guess', () => {
    const w = new World();
    w.host('00:1b:1b:00:00:01', '10.0.0.1');
    expect(w.model.asset('a1')).toMatchObject({
      role: { value: 'unknown', confidence: 0 },
      level: { value: undefined },
    });
  });

  it('has a level for what has a usual place, and only sane rules', () => {
    const { roles, levels } = knowledge();
    expect(new Set(roles.map((r) => r.id)).size).toBe(roles.length);
    for (const role of levels.keys()) expect(ROLES).toContain(role);
  });

  it('keeps its data in the form of the schema', () => {
    for (const [data, schema] of [
      ['roles/roles.json', 'roles'],
      ['fingerprints/order-numbers.json', 'fingerprints'],
      ['fingerprints/operating-systems.json', 'fingerprints'],
      ['ports/ports.json', 'ports'],
    ] as const) {
      const read = (path: string) =>
        JSON.parse(readFileSync(fileURLToPath(new URL(`../../data/${path}`, import.meta.url)), 'utf8'));
      const list = schema === 'roles' ? 'rules' : schema;
      const rows = read(data)[list] as Record<string, unknown>[];
      const items = read(`schema/${schema}.schema.json`).properties[list].items;
      expect(rows.length).toBeGreaterThan(5);
      for (const row of rows) {
        for (const key of items.required) expect([row.id, key, row[key] !== undefined]).toEqual([row.id, key, true]);
        for (const key of Object.keys(row)) expect(Object.keys(items.properties)).toContain(key);
        for (const key of Object.keys((row.when as object | undefined) ?? {}))
          expect([row.id, Object.keys(items.properties.when.properties).includes(key)]).toEqual([row.id, true]);
      }
    }
  });
});
