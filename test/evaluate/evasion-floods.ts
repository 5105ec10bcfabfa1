/**
 * Tables that are made to overflow before the real act: what is forgotten first, and is the act still told, by itself and
 * not as one of many? The observations go straight to the detectors, since frames would only take longer to say the same;
 * the table of addresses is filled with frames, because it stands in front of the detectors.
 */
import { DEFAULT_SETTINGS, Triage } from '../../src/decide/index.ts';
import { MAX_CONVERSATIONS } from '../../src/detect/conversation/index.ts';
import { MAX_DEVICES } from '../../src/detect/device/index.ts';
import { KINDS } from '../../src/detect/index.ts';
import { MAX_PARTIES } from '../../src/detect/scan/index.ts';
import { MINUTE, Scene, SECOND } from '../../src/detect/testing.ts';
import { MAX_PAIRS as MAX_WRITERS } from '../../src/detect/writer/index.ts';
import type { EvasionResult } from './evasion.ts';
import { floodAddresses } from './evasion-addresses.ts';

/** The act is done so often; `reached` says how many of them were over when it was told. */
const ACTS = 10;
/** An alert that stands further down is read by nobody in time: the day's budget of a site. */
const READ = DEFAULT_SETTINGS.alertsPerDay;

interface Learned {
  readonly scene: Scene;
  readonly plc: number;
  readonly attacker: number;
}
interface Flood {
  readonly name: string;
  readonly how: string;
  readonly past: readonly string[];
  /** Kind of finding that tells of the act. */
  readonly kind: string;
  /** Begins while the site still learns. */
  readonly poisons?: boolean;
  /** It is over in a second or two. */
  readonly isShort?: boolean;
  readonly flood: (l: Learned) => void;
  readonly act: (l: Learned, n: number) => void;
}

const forgedIp = (n: number): string => `10.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;

/** A plant that was watched for a day: a panel that writes, a historian that does not. `early` happens in the middle of it. */
const learned = (early: (l: Learned) => void): Learned => {
  const scene = new Scene();
  const l = {
    scene,
    plc: scene.host('10.0.0.10', 'plc', 1),
    attacker: scene.host('10.0.0.30', 'historian', 3),
  };
  const panel = scene.host('10.0.0.20', 'hmi', 2);
  for (let n = 0; n < 300; n++) {
    scene.read(panel, l.plc);
    scene.write(panel, l.plc, 'holding register 4', 100 + (n % 7));
    scene.flow(panel, l.plc, 'modbus');
    scene.flow(l.attacker, panel, 'smb', { serverPort: 445 });
    scene.pass(5 * MINUTE, 5 * MINUTE);
    if (n === 100) early(l);
    if (n % 100 === 0) scene.findings();
  }
  return l;
};

const forgedWriters = ({ scene, plc }: Learned): void => {
  for (let n = 0; n < MAX_WRITERS + 100; n++) scene.write(scene.host(forgedIp(n)), plc, 'holding register 4', 100);
};
const write = ({ scene, plc, attacker }: Learned): void => scene.write(attacker, plc, 'holding register 9', 1);
const SERVED = 16;

const FLOODS: readonly Flood[] = [
  {
    name: 'table-of-writers-full',
    how: 'lets more forged addresses write than the table of writers holds, then writes himself',
    past: ['writer'],
    kind: 'new-writer',
    flood: forgedWriters,
    act: write,
  },
  {
    name: 'table-of-writers-full-while-learning',
    how: 'fills the table of writers with forged addresses while the site learns, and writes when it has learned',
    past: ['writer'],
    kind: 'new-writer',
    poisons: true,
    flood: forgedWriters,
    act: write,
  },
  {
    name: 'table-of-conversations-full',
    how: 'lets more forged pairs talk than the table of conversations holds, then reads a controller for the first time',
    past: ['conversation'],
    kind: 'new-conversation',
    flood: ({ scene, plc }) => {
      const servers = Array.from({ length: SERVED }, (_, n) => scene.host(forgedIp(60_000 + n)));
      for (let n = 0; n * SERVED < MAX_CONVERSATIONS + 100; n++)
        for (const server of servers) scene.read(scene.host(forgedIp(n)), server);
      void plc;
    },
    act: ({ scene, plc, attacker }) => scene.read(attacker, plc),
  },
  {
    name: 'table-of-devices-full',
    how: 'shows more forged devices than are followed, then plugs in a small computer',
    past: ['device'],
    kind: 'new-device',
    flood: ({ scene, plc }) => {
      for (let n = 0; n < MAX_DEVICES + 100; n++) scene.flow(scene.host(forgedIp(n)), plc, 'ntp', { transport: 'udp' });
    },
    act: ({ scene, plc }) =>
      scene.flow(scene.host('10.0.0.66', 'unknown', Number.NaN, 'b8:27:eb:00:00:01'), plc, 'modbus'),
  },
  {
    name: 'scanner-pushed-out',
    how: 'scans a controller, and after every port lets so many forged addresses fail that he is the one forgotten',
    past: ['scan'],
    kind: 'scan.ports',
    flood: () => undefined,
    act: ({ scene, plc, attacker }, n) => {
      for (let k = 0; k < 3; k++)
        scene.flow(attacker, plc, '', { serverPort: 1000 + 3 * n + k, tcpState: 'rejected', serverPackets: 1 });
      for (let i = 0; i < MAX_PARTIES + 10; i++)
        scene.flow(scene.host(forgedIp(i)), plc, '', { serverPort: 7, tcpState: 'rejected', serverPackets: 1 });
      scene.pass(10 * SECOND, 10 * SECOND);
    },
  },
  {
    name: 'buried-in-alerts',
    isShort: true,
    how: 'lets 400 forged addresses write, to bury his own write among their alerts',
    past: ['triage'],
    kind: 'new-writer',
    flood: ({ scene, plc }) => {
      for (let n = 0; n < 400; n++) {
        scene.write(scene.host(forgedIp(n)), plc, 'holding register 4', 100);
        scene.pass(SECOND / 2, SECOND / 2);
      }
    },
    act: write,
  },
];

/** Where the act stands in the queue: 1 is the first; 0: it is in no alert of its own. */
const rankOf = (scene: Scene, { kind }: Flood, actor: number, target: number): number => {
  const triage = new Triage({
    kinds: KINDS,
    host: (e) => e,
    level: () => Number.NaN,
    isOutside: () => false,
    scopeOf: () => ({ assets: [], cells: [] }),
  });
  triage.take(scene.findings());
  const { alerts } = triage.picture();
  return (
    alerts.find((a) => a.findings.some((f) => f.kind === kind && f.actor === actor && f.target === target))?.rank ?? 0
  );
};

const runOne = (flood: Flood): EvasionResult => {
  const l = learned((x) => {
    if (flood.poisons === true) flood.flood(x);
  });
  if (flood.poisons !== true) flood.flood(l);
  l.scene.pass(MINUTE, MINUTE);
  const { scene, plc } = l;
  const rogue = flood.kind === 'new-device';
  const startUs = scene.now;
  let told = 0;
  for (let n = 1; n <= ACTS; n++) {
    flood.act(l, n);
    scene.pass(20 * SECOND, 20 * SECOND);
    const actor = rogue ? scene.host('10.0.0.66', 'unknown', Number.NaN, 'b8:27:eb:00:00:01') : l.attacker;
    const isTold = scene.findings().some((f) => f.kind === flood.kind && f.actor === actor && f.lastUs >= startUs);
    if (isTold && told === 0) told = n;
  }
  const actor = rogue ? scene.host('10.0.0.66', 'unknown', Number.NaN, 'b8:27:eb:00:00:01') : l.attacker;
  const rank = told === 0 ? 0 : rankOf(scene, flood, actor, rogue ? actor : plc);
  return {
    name: flood.name,
    through: 'observations',
    how: flood.how,
    past: flood.past,
    isReference: false,
    outcome: told === 0 ? 'missed' : rank > 0 && rank <= READ ? 'alert' : 'record',
    by: told === 0 ? [] : [`${flood.kind}${rank > 0 ? ` at place ${rank}` : ''}`],
    delayS: told === 0 ? Number.NaN : (told - 1) * 20,
    reached: told === 0 ? ACTS : told,
    total: ACTS,
    unit: 'acts',
  };
};

/** The same for every seed: nothing in it is drawn. The short run leaves out those that take many seconds each. */
export const runFloods = (short: boolean): EvasionResult[] => [
  ...FLOODS.filter((f) => !short || f.isShort === true).map(runOne),
  ...(short ? [] : [floodAddresses()]),
];
