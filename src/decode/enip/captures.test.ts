import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import type { Command, Identity, RackModule, Session, ValueItem, Weird } from '../../core/observation.ts';
import type { CipMessage, EnipMessage } from './index.ts';

const PROTOCOLS: readonly string[] = ['enip', 'cip-io'];
/** What these two protocols say of a capture; `who` is the endpoint spoken about. */
const run = async (name: string) => {
  const r = await decodeCapture(sharedCapture(name));
  const of = <T>(kind: Parameters<typeof r.of>[0], whose = 'target') =>
    r
      .of(kind)
      .filter((s) => PROTOCOLS.includes(s.at.protocol))
      .map((s) => ({ ...s.what, who: r.textOf(s.what[whose] ?? s.at.server) }) as T & { readonly who: string });
  return {
    messages: r.messages.filter((m) => PROTOCOLS.includes(m.decoder)),
    commands: of<Command>('command'),
    items: of<ValueItem>('value'),
    blocks: of<{ area: string; start: number; values: number[]; access: string }>('values'),
    identities: of<Identity>('identity', 'endpoint'),
    modules: of<RackModule>('module', 'endpoint'),
    sessions: of<Session>('session'),
    weirds: of<Weird>('weird'),
  };
};
type Run = Awaited<ReturnType<typeof run>>;

/** Commands that are not reads: verb, operation, who, what, how it ended. */
const acts = (r: Run): string[] => [
  ...new Set(
    r.commands
      .filter((c) => c.verb !== 'read' && c.verb !== 'discover')
      .map((c) =>
        [c.verb, c.operation, c.who, c.object, c.value === undefined ? '' : `= ${String(c.value)}`, c.outcome, c.reason]
          .filter((x) => x !== undefined && x !== '')
          .join(' | '),
      ),
  ),
];
const enipOf = (r: Run): EnipMessage[] =>
  r.messages.filter((m) => m.decoder === 'enip').map((m) => m.message as EnipMessage);

const rows = (path: string): string[][] =>
  readFileSync(sharedPath(`captures/enip-cip/${path}`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
const hexOf = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;
const flat = (cip: CipMessage): CipMessage[] => [cip, ...cip.embedded.flatMap(flat)];

describeShared('EtherNet/IP captures', () => {
  it('sees one chassis move and names its modules (FACTS.md, 2)', async () => {
    const r = await run('enip-cip/iti.EIP-IPAddressChangeAttempt');
    const at = (address: string) =>
      r.modules
        .filter((m) => m.who === address)
        .map((m) =>
          [m.slot, m.present, m.vendor, m.model, m.firmware, m.serial].filter((x) => x !== undefined).join(' '),
        )
        .sort();
    const chassis = [
      '0 true Rockwell Automation/Allen-Bradley 1756-L61/B LOGIX5561 16.20 0x0051823f',
      '1 true Rockwell Automation/Allen-Bradley 1756-ENBT/A 4.7 0x0051aec3',
      '2 true ProSoft Technology MVI56 ProSoft Technology, Inc. 1.2 0x0000ad77',
      '3 true ProSoft Technology MVI56 ProSoft Technology, Inc. 1.2 0x0000ad5e',
      '4 false',
      '5 false',
      '6 false',
    ];
    expect(at('192.168.10.125')).toEqual(chassis);
    expect(at('192.168.10.120')).toEqual(chassis);
    const said = (who: string, attribute: string) =>
      r.identities.filter((i) => i.who === who && i.attribute === attribute).map((i) => i.value);
    expect(said('192.168.10.125 1/0', 'module-name')).toEqual(['NiftyController']);
    expect(said('192.168.10.120', 'serial')).toContain('0x0051aec3');
    expect(new Set(r.commands.filter((c) => c.who.endsWith('1/5')).map((c) => `${c.outcome} ${c.reason}`))).toEqual(
      new Set(['refused connection failure (0x01): unconnected request timed out (0x0204)']),
    );
    expect(r.weirds).toEqual([]);
  });

  it('tells each attempt by its verb', async () => {
    expect(acts(await run('enip-cip/iti.EIP-FirmwareChange'))).toEqual([
      'firmware-update | Prepare Firmware Update | 192.168.10.120 | Non-Volatile Storage 1 | refused | service not supported (0x08)',
      'firmware-update | Update Firmware | 192.168.10.120 | Non-Volatile Storage 1 | accepted',
      'firmware-update | Transfer Firmware | 192.168.10.120 | Non-Volatile Storage 1 | accepted',
      'restart | Reset | 192.168.10.120 | Identity 1 | = power cycle | accepted',
    ]);
    expect(acts(await run('enip-cip/iti.EIP-RemoteModeChangeAttempt'))).toEqual([
      'authenticate | Lock Controller | 192.168.10.121 | Controller Mode 1 Lock 1 | accepted',
      'invoke | Service 0x4B | 192.168.10.121 | class 0xac 1 | accepted',
      'mode-change | Stop | 192.168.10.121 | Controller Mode 1 | = program | accepted',
      'authenticate | Unlock Controller | 192.168.10.121 | Controller Mode 1 Lock 1 | accepted',
    ]);
    const mode = await run('enip-cip/iti.EIP-RemoteModeChangeAttempt');
    expect(mode.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual(['mode run', 'mode program']);
    for (const name of ['ChangeDateAttempt', 'ChangeTimeAttempt']) {
      const changed = acts(await run(`enip-cip/iti.EIP-${name}`));
      expect(changed).toHaveLength(1);
      expect(changed[0]).toMatch(
        /^configure \| Set Attribute List \| 192\.168\.10\.120 \| Wall Clock Time 1 attribute 6 \| = 2008-10-2\dT.* \| accepted$/,
      );
    }
    expect(acts(await run('enip-cip/iti.cip_start_plc'))).toEqual([
      'mode-change | Start | 192.168.1.30 | Controller Mode 1 | = run | unseen',
    ]);
    expect(acts(await run('enip-cip/iti.cip_unlock_cpu'))).toEqual([
      'authenticate | Unlock Controller | 192.168.10.120 | Controller Mode 1 Lock 1 | unseen',
    ]);
    expect(acts(await run('enip-cip/iti.cip-eth-set-2'))).toEqual([
      'write | Set Attribute Single | 192.168.10.121 | accepted',
    ]);
  });

  it('sees a project read and a project written behind the same slot', async () => {
    const verbs = async (name: string) => {
      const count: Record<string, number> = {};
      for (const c of (await run(`enip-cip/iti.EIP-${name}`)).commands) {
        expect(c.who).toBe('192.168.10.120 1/0');
        if (c.verb !== 'read') count[c.verb] = (count[c.verb] ?? 0) + 1;
      }
      return count;
    };
    const upload = await verbs('SoftwareUpload');
    expect(upload['program-upload']).toBeGreaterThan(20);
    expect(upload['program-download']).toBeUndefined();
    expect(upload['mode-change']).toBeUndefined();
    const restart = await verbs('RebootorRestart');
    expect(restart['program-download']).toBeGreaterThan(10);
    expect(restart['mode-change']).toBeGreaterThan(0);
  });

  it('reads PCCC inside: forces, modes, data table', async () => {
    const r = await run('enip-cip/iti.cip_only');
    expect(enipOf(r)).toHaveLength(18798);
    const told = acts(r).filter((x) => !x.includes('function 0xa3'));
    expect(told.slice(0, 3)).toEqual([
      'mode-change | Change CPU Mode | 192.168.0.30 | = program | accepted',
      'mode-change | Change CPU Mode | 192.168.0.30 | = run | accepted',
      'force | Protected Typed Logical Masked Write, three address fields | 192.168.0.30 | force I1:0 | accepted',
    ]);
    expect(r.commands.filter((c) => c.verb === 'force')).toHaveLength(4);
    expect(r.identities.find((i) => i.attribute === 'model')?.value).toBe('1766-LEC');
    expect(r.blocks.find((b) => b.area === 'N7')).toMatchObject({ start: 0, values: [0], access: 'read' });
  });

  it('gives the tags that IPAL gives', async () => {
    const r = await run('enip-cip/ipal.cip');
    const theirs = readFileSync(sharedPath('captures/enip-cip/ipal.cip/expected/ipal/cip.ipal'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { activity: string; data: Record<string, string | null> })
      .filter((x) => x.activity === 'inform')
      .map((x) => Object.entries(x.data)[0]!);
    // IPAL gives the octets as hexadecimal and cuts the tag's name at the colon.
    const octets = (type: string, value: number) => {
      const view = new DataView(new ArrayBuffer(type === 'REAL' ? 4 : 2));
      if (type === 'REAL') view.setFloat32(0, value, true);
      else view.setInt16(0, value, true);
      return Buffer.from(view.buffer).toString('hex');
    };
    expect(r.items.map((i) => [i.path.split(':')[0], octets(i.type, i.value as number)])).toEqual(theirs);
  });

  it.each([
    ['icsnpp.enip_cip_example', 'zeek.basic'],
    ['icsnpp.multiple_service_packet_cip', 'zeek.multiple_service_request'],
  ])('%s: equals the rows of the peer', async (capture, logs) => {
    const r = await run(`enip-cip/${capture}`);
    const messages = enipOf(r);
    // enip.log: command code, length, session, status, context, options. List Identity is not in the peer's log.
    const theirEnip = rows(`${capture}/expected/${logs}/enip.log`).map((x) => [x[11], x[13], x[14], x[16], x[17]]);
    const ourEnip = messages
      .filter((m) => m.command === 0x6f || m.command === 0x70 || theirEnip.some((x) => x[0] === hexOf(m.command, 2)))
      .map((m) => [
        hexOf(m.command, 2),
        String(m.length),
        hexOf(m.session, 8),
        `0x${hexOf(m.contextHigh, 8).slice(2)}${hexOf(m.contextLow, 8).slice(2)}`,
        hexOf(m.options, 8),
      ]);
    expect(ourEnip).toEqual(theirEnip);
    // cip.log: sequence, direction, service, status, class, instance
    const theirCip = rows(`${capture}/expected/${logs}/cip.log`).map((x) => [
      x[11],
      x[12],
      x[13],
      x[14],
      x[15],
      x[19],
      x[21],
    ]);
    const dash = (n: number) => (n < 0 ? '-' : hexOf(n, 2));
    const ourCip = messages.flatMap((m) =>
      m.cip === undefined
        ? []
        : flat(m.cip).map((c) => [
            String(m.sequence),
            c.kind,
            hexOf(c.service, 2),
            c.name,
            dash(c.status),
            dash(c.path.cls),
            dash(c.path.instance),
          ]),
    );
    expect(ourCip).toEqual(theirCip);
  });

  it('gives the identity and the I/O rows of the peer', async () => {
    const r = await run('enip-cip/icsnpp.enip_cip_example');
    const identity = enipOf(r).flatMap((m) => m.identities)[0]!;
    const theirs = rows('icsnpp.enip_cip_example/expected/zeek.basic/cip_identity.log')[0]!.slice(11);
    expect([
      String(identity.encapsulationVersion),
      identity.socketAddress,
      String(identity.socketPort),
      String(identity.vendorId),
      identity.vendor,
      String(identity.deviceTypeId),
      identity.deviceType,
      String(identity.productCode),
      identity.revision,
      hexOf(identity.status, 4),
      identity.serial,
      identity.productName,
      hexOf(identity.state, 4),
    ]).toEqual(theirs);
    const io = r.messages
      .filter((m) => m.decoder === 'cip-io')
      .map((m) => m.message as unknown as { connectionId: number; sequence: number; length: number; data: Uint8Array });
    const theirIo = rows('icsnpp.enip_cip_example/expected/zeek.basic/cip_io.log').map((x) => x.slice(11, 15));
    expect(
      io.map((m) => [
        hexOf(m.connectionId, 8),
        String(m.sequence),
        String(m.length),
        Buffer.from(m.data).toString('hex'),
      ]),
    ).toEqual(theirIo);
    // 398 packets, far fewer changes
    expect(r.blocks.length).toBeLessThan(120);
  });

  it('follows a change of the control program over five connections', async () => {
    const r = await run('l2l3-discovery/iti.EIP-ControlProtocolChangeAttempt');
    const verbs = new Set(r.commands.map((c) => c.verb));
    expect(verbs).toContain('program-download');
    expect(r.sessions.filter((s) => s.phase === 'open').map((s) => s.detail)).toEqual(
      new Array(5).fill('explicit connection to 1/0 Message Router 1'),
    );
    expect(r.weirds).toEqual([]);
  });

  it('finds nothing in captures without EtherNet/IP', async () => {
    for (const name of ['SoftwareDownloadFailure', 'SoftwareUploadFailure']) {
      const r = await run(`l2l3-discovery/iti.EIP-${name}`);
      expect([r.messages.length, r.commands.length, r.weirds.length]).toEqual([0, 0, 0]);
    }
  });
});
