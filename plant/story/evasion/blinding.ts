/**
 * Writes that the controller takes and the sensor does not see, or takes for something else. The server, from which the
 * attacker works, reads these controllers all day and never writes to them: seen as what it is, each of these is a new
 * writer. Source: Ptacek, Newsham, Insertion, evasion and denial of service (1998); RFC 5961 (2010) for the forged SYN.
 */
import { encodeAdu, FUNCTION, request, response } from '../../../src/decode/modbus/wire.ts';
import type { Activity } from '../../network/clockwork.ts';
import { modbusPlace } from '../../network/masters/modbus.ts';
import { SECOND_US, SERVICE_PORT } from '../../network/scene.ts';
import type { PointDefinition } from '../../world.ts';
import { CraftedConnection, FLAG } from './crafted.ts';
import type { Evader, Evasion } from './evader.ts';

/** One write in so long: fewer than five in ten minutes, from which on broken rules are told. By how much each moves. */
const EVERY_US = 150 * SECOND_US;
const STEP = 0.01;

const raw = (p: PointDefinition, value: number): number => Math.round(value * p.scale) & 0xffff;

interface Exchange {
  readonly write: Uint8Array;
  /** A read of the same length: what the sensor is meant to believe. */
  readonly decoy: Uint8Array;
  readonly answer: Uint8Array;
}
/** How one write goes over the wire; the controller's memory is changed by the caller. */
type Way = (c: CraftedConnection, tsUs: number, x: Exchange) => void;

const answered = (c: CraftedConnection, tsUs: number, x: Exchange): void => {
  c.say(tsUs + 2_000, false, x.answer);
  c.say(tsUs + 40_000, true, new Uint8Array(0), {}, FLAG.ACK);
};

const openly: Way = (c, t, x) => {
  c.say(t, true, x.write);
  answered(c, t, x);
};

/** A bare acknowledgement goes before, with the same identification and one hop more: the write looks like a routed copy. */
const asRoutedCopy: Way = (c, t, x) => {
  const id = (c.client.ipId + 1) & 0xffff;
  c.packet(t - 500, true, c.tcp(true, FLAG.ACK, new Uint8Array(0)), { id, ttl: c.client.stack.ttl - 1 });
  c.client.ipId = (id - 1) & 0xffff;
  c.say(t, true, x.write, { id });
  answered(c, t, x);
};

/** First the read with a damaged checksum, which the controller drops; then the write under the same sequence numbers. */
const afterDamaged =
  (wrong: { readonly badTcpSum?: boolean; readonly badIpSum?: boolean }): Way =>
  (c, t, x) => {
    c.packet(t - 1_000, true, c.tcp(true, FLAG.PSH | FLAG.ACK, x.decoy, wrong), wrong);
    c.say(t, true, x.write);
    answered(c, t, x);
  };

/** A SYN far ahead of the window, which the controller only challenges: a sensor that believes it takes the rest for old. */
const afterSyn: Way = (c, t, x) => {
  c.packet(t - 1_000, true, c.tcp(true, FLAG.SYN, new Uint8Array(0), {}, 100_000));
  c.say(t, true, x.write);
  answered(c, t, x);
};

/** The write in fragments, with the same place sent twice: the controller keeps the later octets, we the earlier. */
const inFragments: Way = (c, t, x) => {
  const good = c.tcp(true, FLAG.PSH | FLAG.ACK, x.write);
  const shown = c.tcp(true, FLAG.PSH | FLAG.ACK, x.decoy);
  const id = (c.client.ipId + 1) & 0xffff;
  // 24 octets hold the header and the beginning; the rest holds function and value.
  c.packet(t - 900, true, shown.subarray(24), { id }, 24, false);
  c.client.ipId = (id - 1) & 0xffff;
  c.packet(t - 600, true, good.subarray(24), { id }, 24, false);
  c.client.ipId = (id - 1) & 0xffff;
  c.packet(t, true, good.subarray(0, 24), { id }, 0, true);
  c.clientSeq = (c.clientSeq + x.write.length) >>> 0;
  answered(c, t, x);
};

const writing = (
  name: string,
  how: string,
  controllerId: string,
  point: string,
  way: Way,
  more: { readonly isReference?: boolean; readonly fromPanel?: boolean } = {},
): Evasion => ({
  name,
  technique: 'T0855',
  how,
  past: ['writer', 'write-range', 'order'],
  ...(more.isReference === true ? { isReference: true } : {}),
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const controller = scene.controller(controllerId);
    const server = scene.station(controller);
    const client =
      more.fromPanel === true ? e.control.panels.get(controllerId)!.master.stream.client : scene.plant.scada;
    const p = controller.points.find((x) => x.name === point)!;
    const { address } = modbusPlace(p);
    e.move(client, server, controllerId, [point]);
    const c = new CraftedConnection(scene, client, server, SERVICE_PORT.modbus);
    c.open(scene.nowUs + 1_000);
    yield 2 * SECOND_US;
    yield* e.again(
      () => EVERY_US,
      (n) => {
        const value = controller.read(point) + (p.high - p.low) * STEP;
        const fields = { unitId: 1, address, transactionId: n };
        const asked = request(FUNCTION.WRITE_SINGLE_REGISTER, { ...fields, values: [raw(p, value)] });
        const write = encodeAdu(asked);
        const decoy = encodeAdu(request(FUNCTION.READ_HOLDING_REGISTERS, { ...fields, quantity: 1 }));
        const answer = encodeAdu(response(asked, { address, values: [raw(p, value)] }));
        way(c, scene.nowUs + 2_000, { write, decoy, answer });
        controller.write(point, value);
        e.reached('writes', n);
      },
    );
  },
});

export const BLINDING: readonly Evasion[] = [
  writing(
    'write-in-the-open',
    'writes a set point as the server never does: what the others would be if they were seen',
    'plc-energy',
    'EI-1500.LIM',
    openly,
    { isReference: true },
  ),
  writing(
    'write-as-routed-copy',
    'sends before each write an empty packet with its identification and another TTL: the write looks like the copy behind a router',
    'plc-steam',
    'PIC-701.SP',
    asRoutedCopy,
  ),
  writing(
    'write-after-bad-checksum',
    'sends before each write a read with a damaged TCP checksum, which only the sensor believes',
    'plc-intake',
    'LIC-101.STOP',
    afterDamaged({ badTcpSum: true }),
  ),
  writing(
    'write-after-bad-header',
    'sends before each write a read with a damaged IP header checksum, which only the sensor believes',
    'plc-dosing',
    'AIC-302.SP',
    afterDamaged({ badIpSum: true }),
  ),
  writing(
    'write-after-forged-syn',
    'sends before each write a SYN far ahead, so that the sensor takes the write for something old',
    'plc-distribution',
    'PIC-401.SP',
    afterSyn,
  ),
  writing(
    'write-in-fragments',
    'sends each write in IP fragments that overlap: the controller keeps the later octets, the sensor the earlier',
    'plc-energy',
    'EI-1500.LIM',
    inFragments,
    { fromPanel: true },
  ),
];
