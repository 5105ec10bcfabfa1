/**
 * A Modbus message to octets: the inverse of `decode-pdu.ts`, so that the simulated plant speaks what the decoder reads.
 * Source: MODBUS Application Protocol Specification V1.1b3, section 6.
 */
import { FUNCTION, MEI_DEVICE_IDENTIFICATION } from './functions.ts';
import type { ModbusDetail, ModbusMessage } from './message.ts';

const word = (out: number[], value: number): void => {
  out.push((value >> 8) & 255, value & 255);
};
const words = (out: number[], values: readonly number[]): void => {
  for (const value of values) word(out, value);
};
const packBits = (out: number[], values: readonly number[]): void => {
  for (let i = 0; i < values.length; i += 8) {
    let octet = 0;
    for (let j = 0; j < 8; j++) if (values[i + j]) octet |= 1 << j;
    out.push(octet);
  }
};
const octets = (out: number[], bytes: Uint8Array): void => {
  for (const octet of bytes) out.push(octet);
};
/** A part whose length goes before it in one octet. */
const counted = (out: number[], write: (part: number[]) => void): void => {
  const part: number[] = [];
  write(part);
  out.push(part.length & 255, ...part);
};

/** PDU (function code included) of a message without defect. Values that do not fit their field are cut to its width. */
export const encodePdu = (message: ModbusMessage): number[] => {
  if (message.exceptionCode !== 0) return [message.functionCode | 0x80, message.exceptionCode];
  const out = [message.functionCode];
  if (message.response) encodeResponse(out, message);
  else encodeRequest(out, message);
  return out;
};

const encodeRequest = (out: number[], m: ModbusMessage): void => {
  switch (m.functionCode) {
    case FUNCTION.READ_COILS:
    case FUNCTION.READ_DISCRETE_INPUTS:
    case FUNCTION.READ_HOLDING_REGISTERS:
    case FUNCTION.READ_INPUT_REGISTERS:
      word(out, m.address);
      word(out, m.quantity);
      return;
    case FUNCTION.WRITE_MULTIPLE_COILS:
    case FUNCTION.WRITE_MULTIPLE_REGISTERS:
      word(out, m.address);
      word(out, m.values.length);
      counted(out, (part) => (m.functionCode === FUNCTION.WRITE_MULTIPLE_COILS ? packBits : words)(part, m.values));
      return;
    case FUNCTION.READ_WRITE_MULTIPLE_REGISTERS:
      word(out, m.address);
      word(out, m.quantity);
      word(out, m.detail?.kind === 'write-part' ? m.detail.address : 0);
      word(out, m.values.length);
      counted(out, (part) => words(part, m.values));
      return;
    case FUNCTION.READ_FIFO_QUEUE:
      word(out, m.address);
      return;
    default:
      encodeEither(out, m);
  }
};

const encodeResponse = (out: number[], m: ModbusMessage): void => {
  switch (m.functionCode) {
    case FUNCTION.READ_COILS:
    case FUNCTION.READ_DISCRETE_INPUTS:
      counted(out, (part) => packBits(part, m.values));
      return;
    case FUNCTION.READ_HOLDING_REGISTERS:
    case FUNCTION.READ_INPUT_REGISTERS:
    case FUNCTION.READ_WRITE_MULTIPLE_REGISTERS:
      counted(out, (part) => words(part, m.values));
      return;
    case FUNCTION.WRITE_MULTIPLE_COILS:
    case FUNCTION.WRITE_MULTIPLE_REGISTERS:
      word(out, m.address);
      word(out, m.quantity);
      return;
    case FUNCTION.READ_FIFO_QUEUE:
      word(out, 2 + 2 * m.values.length);
      word(out, m.values.length);
      words(out, m.values);
      return;
    case FUNCTION.READ_EXCEPTION_STATUS:
      out.push((m.values[0] ?? 0) & 255);
      return;
    default:
      encodeEither(out, m);
  }
};

const encodeEither = (out: number[], m: ModbusMessage): void => {
  switch (m.functionCode) {
    case FUNCTION.WRITE_SINGLE_COIL:
      word(out, m.address);
      word(out, m.values[0] ? 0xff00 : 0);
      return;
    case FUNCTION.WRITE_SINGLE_REGISTER:
      word(out, m.address);
      word(out, m.values[0] ?? 0);
      return;
    case FUNCTION.MASK_WRITE_REGISTER:
      word(out, m.address);
      break;
  }
  if (m.detail !== undefined) encodeDetail(out, m, m.detail);
};

const encodeDetail = (out: number[], m: ModbusMessage, detail: ModbusDetail): void => {
  switch (detail.kind) {
    case 'diagnostics':
      word(out, detail.subfunction);
      words(out, detail.data);
      return;
    case 'mask':
      word(out, detail.andMask);
      word(out, detail.orMask);
      return;
    case 'file-records':
      counted(out, (part) => {
        for (const { file, record, length, values } of detail.records) {
          if (m.response && m.functionCode === FUNCTION.READ_FILE_RECORD) part.push(1 + 2 * values.length, 6);
          else {
            part.push(6);
            words(part, [file, record, length]);
          }
          words(part, values);
        }
      });
      return;
    case 'event-counter':
      words(out, [detail.status, detail.eventCount]);
      return;
    case 'event-log':
      counted(out, (part) => {
        words(part, [detail.status, detail.eventCount, detail.messageCount]);
        part.push(...detail.events);
      });
      return;
    case 'server-id':
      counted(out, (part) => octets(part, detail.octets));
      return;
    case 'identification-request':
      out.push(MEI_DEVICE_IDENTIFICATION, detail.readCode, detail.objectId);
      return;
    case 'identification':
      out.push(MEI_DEVICE_IDENTIFICATION, detail.readCode, detail.conformity, detail.moreFollows ? 0xff : 0);
      out.push(detail.nextObject, detail.objects.length);
      for (const { id, value } of detail.objects) {
        out.push(id, value.length & 255);
        for (let i = 0; i < value.length; i++) out.push(value.charCodeAt(i) & 127);
      }
      return;
    case 'mei':
      out.push(detail.meiType);
      octets(out, detail.octets);
      return;
    case 'umas':
    case 'octets':
      octets(out, detail.octets);
      return;
    case 'write-part':
      return;
  }
};
