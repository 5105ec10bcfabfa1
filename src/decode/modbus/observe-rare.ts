/**
 * Observations of the Modbus functions that are not polled: masks, files, diagnostics, identities, vendor functions.
 * Source: MODBUS Application Protocol Specification V1.1b3, section 6.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { Command, ObservationSink } from '../../core/observation.ts';
import {
  FORCE_LISTEN_ONLY,
  FUNCTION,
  FUNCTION_NAMES,
  FUNCTION_VERBS,
  MEI_CANOPEN,
  subfunctionOf,
} from './functions.ts';
import { observeIdentification, observeServerId } from './identity.ts';
import type { ModbusMessage } from './message.ts';
import { observeUmas } from './umas.ts';

/** What every command of the transaction has in common. */
export type Base = Pick<Command, 'target' | 'outcome' | 'native' | 'reason'>;

export const observeRare = (
  t: Transaction<ModbusMessage>,
  m: ModbusMessage,
  base: Base,
  sink: ObservationSink,
): void => {
  const operation = FUNCTION_NAMES[m.functionCode]!;
  const verb = FUNCTION_VERBS[m.functionCode]!;
  const detail = m.detail;
  switch (m.functionCode) {
    case FUNCTION.MASK_WRITE_REGISTER: {
      const known = detail?.kind === 'mask' ? { object: `holding registers ${m.address}` } : {};
      sink.command(t.at, { verb, operation, ...base, ...known });
      break;
    }
    case FUNCTION.READ_EXCEPTION_STATUS:
      sink.command(t.at, { verb, operation, ...base, object: 'exception status' });
      exceptionStatus(t, base, sink);
      break;
    case FUNCTION.DIAGNOSTICS:
      diagnostics(t, m, base, sink);
      break;
    case FUNCTION.READ_FIFO_QUEUE: {
      const known = t.request === undefined ? {} : { object: `FIFO queue ${t.request.address}` };
      sink.command(t.at, { verb, operation, ...base, ...known });
      break;
    }
    case FUNCTION.READ_FILE_RECORD:
    case FUNCTION.WRITE_FILE_RECORD:
      fileRecords(t, m, base, sink);
      break;
    case FUNCTION.REPORT_SERVER_ID:
      sink.command(t.at, { verb, operation, ...base });
      observeServerId(t, base.target, sink);
      break;
    case FUNCTION.ENCAPSULATED_INTERFACE:
      encapsulated(t, m, base, sink);
      break;
    case FUNCTION.UMAS:
      observeUmas(t, base, sink);
      break;
    default:
      sink.command(t.at, { verb, operation, ...base });
  }
};

const exceptionStatus = (t: Transaction<ModbusMessage>, { target }: Base, sink: ObservationSink): void => {
  const value = t.response?.exceptionCode === 0 ? t.response.values[0] : undefined;
  if (value !== undefined) sink.value(t.at, { target, path: 'exception status', type: 'BYTE', value, access: 'read' });
};

const diagnostics = (t: Transaction<ModbusMessage>, m: ModbusMessage, base: Base, sink: ObservationSink): void => {
  if (m.detail?.kind !== 'diagnostics') {
    sink.command(t.at, { verb: 'invoke', operation: FUNCTION_NAMES[m.functionCode]!, ...base });
    return;
  }
  const { name, verb } = subfunctionOf(m.detail.subfunction);
  // 6.8: after "Force Listen Only Mode" no response is returned.
  const silent = m.detail.subfunction === FORCE_LISTEN_ONLY && base.outcome === 'unanswered';
  sink.command(t.at, { verb, operation: name, ...base, outcome: silent ? 'unconfirmed' : base.outcome });
};

const fileRecords = (t: Transaction<ModbusMessage>, m: ModbusMessage, base: Base, sink: ObservationSink): void => {
  const operation = FUNCTION_NAMES[m.functionCode]!;
  const verb = FUNCTION_VERBS[m.functionCode]!;
  // Only the request names files and records. One PDU holds at most 35 sub-requests.
  const records = m.detail?.kind === 'file-records' && t.request !== undefined ? m.detail.records : [];
  if (records.length === 0) sink.command(t.at, { verb, operation, ...base });
  for (const { file, record, length } of records) {
    const range = length > 1 ? `${record}..${record + length - 1}` : `${record}`;
    sink.command(t.at, { verb, operation, ...base, object: `file ${file} record ${range}` });
  }
};

const encapsulated = (t: Transaction<ModbusMessage>, m: ModbusMessage, base: Base, sink: ObservationSink): void => {
  if (m.detail?.kind === 'mei' && m.detail.meiType === MEI_CANOPEN) {
    sink.command(t.at, { verb: 'invoke', operation: 'CANopen General Reference', ...base });
  } else if (m.detail?.kind === 'identification-request' || m.detail?.kind === 'identification') {
    sink.command(t.at, { verb: 'discover', operation: 'Read Device Identification', ...base });
    observeIdentification(t, base.target, sink);
  } else sink.command(t.at, { verb: 'invoke', operation: FUNCTION_NAMES[m.functionCode]!, ...base });
};
