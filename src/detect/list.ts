/** Every detector of the product: one line each. */
import type { Detector } from '../core/detector.ts';
import { address } from './address/index.ts';
import { beacon } from './beacon/index.ts';
import { conversation } from './conversation/index.ts';
import { credentials } from './credentials/index.ts';
import { crossing } from './crossing/index.ts';
import { device } from './device/index.ts';
import { disguise } from './disguise/index.ts';
import { dns } from './dns/index.ts';
import { engineering } from './engineering/index.ts';
import { flood } from './flood/index.ts';
import { identity } from './identity/index.ts';
import { job } from './job/index.ts';
import { lateral } from './lateral/index.ts';
import { maintenance } from './maintenance/index.ts';
import { operation } from './operation/index.ts';
import { order } from './order/index.ts';
import { origin } from './origin/index.ts';
import { parallel } from './parallel/index.ts';
import { process } from './process/index.ts';
import { ransomware } from './ransomware/index.ts';
import { refused } from './refused/index.ts';
import { remoteAccess } from './remote-access/index.ts';
import { rhythm } from './rhythm/index.ts';
import { safety } from './safety/index.ts';
import { scan } from './scan/index.ts';
import { spray } from './spray/index.ts';
import { tickets } from './tickets/index.ts';
import { tls } from './tls/index.ts';
import { trouble } from './trouble/index.ts';
import { violation } from './violation/index.ts';
import { volume } from './volume/index.ts';
import { writePattern } from './write-pattern/index.ts';
import { writeRange } from './write-range/index.ts';
import { writer } from './writer/index.ts';

export const DETECTORS: readonly Detector[] = [
  conversation,
  writer,
  engineering,
  safety,
  writeRange,
  writePattern,
  device,
  rhythm,
  parallel,
  operation,
  refused,
  scan,
  flood,
  violation,
  trouble,
  remoteAccess,
  origin,
  crossing,
  disguise,
  credentials,
  spray,
  tickets,
  identity,
  address,
  lateral,
  ransomware,
  beacon,
  dns,
  tls,
  volume,
  job,
  order,
];

/** Those that hear no observations: the application feeds them and states for them. */
export const FED: readonly Pick<Detector, 'name' | 'card' | 'kinds'>[] = [process, maintenance];
