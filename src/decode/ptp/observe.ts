/** PTP in the common vocabulary: who is a clock and who gives the time, changes of the grandmaster, management. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { ACTION, INITIALIZE, type Management, managementErrorText, managementName } from './management.ts';
import { type ClockDescription, type PtpMessage, TLV, TYPE } from './wire.ts';

/** Clocks and domains remembered; at the limit all are forgotten and said again. */
export const MAX_CLOCKS = 4096;
const MAX_DOMAINS = 512;

export class PtpState {
  /** By sender: the role said last. */
  readonly roles = new Map<number, string>();
  /** Grandmaster announced last, by domain or version 1 subdomain; who announces it may differ. */
  readonly grandmasters = new Map<string, string>();
}

const ROLE = { CLOCK: 'PTP clock', BOUNDARY: 'PTP boundary clock', GRANDMASTER: 'PTP grandmaster' } as const;
const RANK = tableOf<number>({ [ROLE.CLOCK]: 0, [ROLE.BOUNDARY]: 1, [ROLE.GRANDMASTER]: 2 });

export const observePtp = (t: Transaction<PtpMessage>, sink: ObservationSink, state: PtpState): void => {
  const { request, response, at } = t;
  const m = request ?? response;
  if (m === undefined) return;
  if (m.messageType === TYPE.MANAGEMENT) {
    management(t, m, sink);
    return;
  }
  const a = m.announce;
  if (a !== undefined) {
    role(at, m, a.grandmasterIdentity === m.clockIdentity ? ROLE.GRANDMASTER : ROLE.BOUNDARY, sink, state);
    grandmaster(at, m, a.grandmasterIdentity, sink, state);
  } else if (!state.roles.has(at.sender)) role(at, m, ROLE.CLOCK, sink, state);
  if (m.messageType === TYPE.SIGNALING) signaling(at, m, sink);
};

const role = (at: At, m: PtpMessage, value: string, sink: ObservationSink, state: PtpState): void => {
  const said = state.roles.get(at.sender);
  // What a station was is not taken back by a lesser message: a grandmaster also measures delays.
  if (said !== undefined && RANK[said]! >= RANK[value]!) return;
  if (state.roles.size >= MAX_CLOCKS) state.roles.clear();
  state.roles.set(at.sender, value);
  const endpoint = at.sender;
  if (said === undefined) sink.name(at, { endpoint, kind: 'other', name: `clock ${m.clockIdentity}`, via: 'PTP' });
  sink.identity(at, { endpoint, attribute: 'role', value, confidence: 0.9, via: `PTP ${m.type}` });
};

const grandmaster = (at: At, m: PtpMessage, identity: string, sink: ObservationSink, state: PtpState): void => {
  const key = m.versionPTP === 1 ? m.subdomain : `${m.domainNumber}/${m.majorSdoId}`;
  const before = state.grandmasters.get(key);
  if (before === identity) return;
  if (before === undefined && state.grandmasters.size >= MAX_DOMAINS) state.grandmasters.clear();
  state.grandmasters.set(key, identity);
  if (before !== undefined)
    sink.weird(at, {
      code: 'ptp.grandmaster-changed',
      detail: `domain ${key}: ${identity} announced by ${m.clockIdentity} instead of ${before}`,
    });
};

const SIGNALS: Readonly<Record<number, string>> = {
  [TLV.REQUEST_UNICAST]: 'REQUEST_UNICAST_TRANSMISSION',
  [TLV.GRANT_UNICAST]: 'GRANT_UNICAST_TRANSMISSION',
  [TLV.CANCEL_UNICAST]: 'CANCEL_UNICAST_TRANSMISSION',
  [TLV.ACKNOWLEDGE_CANCEL]: 'ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION',
};
const signaling = (at: At, m: PtpMessage, sink: ObservationSink): void => {
  for (const tlv of m.tlvs) {
    const operation = SIGNALS[tlv.tlvType];
    if (operation !== undefined)
      sink.command(at, {
        verb: 'subscribe',
        operation,
        target: at.receiver,
        object: `clock ${m.otherIdentity}`,
        outcome: 'unconfirmed',
        native: m,
      });
  }
};

const verbOf = (m: Management): Verb => {
  if (m.action === ACTION.GET) return 'read';
  return m.action === ACTION.COMMAND && m.managementId === INITIALIZE ? 'restart' : 'configure';
};

const management = (t: Transaction<PtpMessage>, m: PtpMessage, sink: ObservationSink): void => {
  const asked = t.request?.management;
  const answer = t.response?.management;
  const about = asked ?? answer;
  if (about === undefined) return;
  const isRefused = answer !== undefined && answer.error >= 0;
  if (asked !== undefined && asked.action !== ACTION.RESPONSE && asked.action !== ACTION.ACKNOWLEDGE)
    sink.command(t.at, {
      verb: verbOf(asked),
      operation: managementName(asked.managementId),
      target: t.at.server,
      object: `clock ${m.otherIdentity} port ${m.otherPort}`,
      outcome: outcomeOf(t, isRefused),
      native: m,
      reason: isRefused ? managementErrorText(answer.error) : undefined,
    });
  if (answer?.description !== undefined) describe(t.at, answer.description, sink);
};

const FIELDS: readonly (readonly [keyof ClockDescription, readonly Attribute[]])[] = [
  ['product', ['vendor', 'model', 'serial']],
  ['revision', ['hardware', 'firmware', 'software']],
  ['user', ['station-name', 'location']],
];
const describe = (at: At, d: ClockDescription, sink: ObservationSink): void => {
  for (const [field, attributes] of FIELDS) {
    const parts = d[field].split(';');
    for (let i = 0; i < attributes.length; i++) {
      const value = parts[i]?.trim() ?? '';
      if (value !== '')
        sink.identity(at, {
          endpoint: at.sender,
          attribute: attributes[i]!,
          value,
          confidence: 0.9,
          via: 'PTP CLOCK_DESCRIPTION',
        });
    }
  }
};
