/** Why a service was refused, in the words of ISO 9506-2. */
import type { MmsMessage } from './message.ts';
import { PDU, rejectText, serviceErrorText } from './tables.ts';

/** Undefined when the answer is positive. */
export const failureOf = (answer: MmsMessage): string | undefined => {
  const note = answer.errorDescription === '' ? '' : `: ${answer.errorDescription}`;
  switch (answer.pdu) {
    case PDU.CONFIRMED_ERROR:
    case PDU.CANCEL_ERROR:
    case PDU.INITIATE_ERROR:
    case PDU.CONCLUDE_ERROR:
      return serviceErrorText(answer.errorClass, answer.errorCode) + note;
    case PDU.REJECT:
      return rejectText(answer.errorClass, answer.errorCode);
    default:
      return undefined;
  }
};
