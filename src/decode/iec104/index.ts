/**
 * IEC 60870-5-104: telecontrol over TCP. APCI with sequence numbers, all ASDU types of IEC 60870-5-101 and -104; the
 * security types of IEC 60870-5-7 by name. Stations are children of the host, by their common address.
 */

import type { Decoder, PairRole, PduContext } from '../../core/decoder.ts';
import { iec104Codes } from './codes.ts';
import type { Iec104Message } from './message.ts';
import { type ObserveState, observeIec104, openObserve } from './observe.ts';
import { BROADCAST, CAUSE, PURPOSE, typeOf } from './types.ts';
import { type ApduState, decodeApdu, FORMAT, openApdu, probeApdu, U } from './wire.ts';

export type { Asdu, Iec104Message } from './message.ts';

const READ = 102;

const role = (m: Iec104Message): PairRole => {
  if (m.format === FORMAT.U)
    return m.control === U.STARTDT_ACT || m.control === U.STOPDT_ACT || m.control === U.TESTFR_ACT
      ? 'request'
      : 'response';
  const asdu = m.asdu;
  const type = asdu === undefined ? undefined : typeOf(asdu.typeId);
  if (asdu === undefined || type === undefined) return 'single';
  if (type.purpose === PURPOSE.MONITOR)
    return asdu.cause === CAUSE.REQUEST && asdu.values.length > 0 ? 'response' : 'single';
  if (type.purpose < PURPOSE.COMMAND || type.purpose > PURPOSE.PARAMETER || type.purpose === PURPOSE.INIT)
    return 'single';
  switch (asdu.cause) {
    case CAUSE.REQUEST:
      return asdu.typeId === READ ? 'request' : 'single';
    case CAUSE.ACTIVATION:
    case CAUSE.DEACTIVATION:
      return 'request';
    case CAUSE.ACTIVATION_CONFIRMATION:
    case CAUSE.DEACTIVATION_CONFIRMATION:
      // All stations confirm what was sent to all, each with its own address.
      return asdu.confirmsBroadcast ? 'partial' : 'response';
    default:
      return asdu.cause >= CAUSE.UNKNOWN_TYPE && asdu.cause <= CAUSE.UNKNOWN_OBJECT ? 'response' : 'single';
  }
};

/** A confirmation repeats type and addresses; either side may test the connection. */
const key = (m: Iec104Message, context: PduContext): number => {
  const asdu = m.asdu;
  if (asdu === undefined) {
    const isAct = m.control === U.STARTDT_ACT || m.control === U.STOPDT_ACT || m.control === U.TESTFR_ACT;
    const service = m.control >= U.TESTFR_ACT ? 2 : m.control >= U.STOPDT_ACT ? 1 : 0;
    return -1 - (service * 2 + (context.toServer === isAct ? 1 : 0));
  }
  const type = typeOf(asdu.typeId)!;
  const id = type.purpose === PURPOSE.MONITOR ? READ : asdu.typeId;
  const deactivates = asdu.cause === CAUSE.DEACTIVATION || asdu.cause === CAUSE.DEACTIVATION_CONFIRMATION ? 1 : 0;
  const common = asdu.confirmsBroadcast ? BROADCAST : asdu.commonAddress;
  return ((asdu.addresses[0] ?? 0) * 65536 + common) * 512 + id * 2 + deactivates;
};

export const iec104: Decoder<Iec104Message, ApduState & ObserveState> = {
  name: 'iec104',
  title: 'IEC 60870-5-104',
  family: 'ot',
  codes: iec104Codes,
  attach: [{ over: 'tcp', ports: [2404] }],
  probe: probeApdu,
  open: () => Object.assign(openApdu(), openObserve()),
  decode: decodeApdu,
  pairing: { scope: 'flow', role, key },
  observe: observeIec104,
};
