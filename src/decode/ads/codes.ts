/** What the numbers in the fields of an ADS message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { errorText, groupText, OPERATIONS, portText, stateText, TRANSMISSION_MODES } from './names.ts';

const port = (number: number): string | undefined => {
  const text = portText(number);
  return text.startsWith('AMS port') ? undefined : text;
};

export const adsCodes: FieldCodes = {
  command: (code) => OPERATIONS[code],
  targetPort: port,
  sourcePort: port,
  errorCode: (code) => (code > 0 ? errorText(code) : undefined),
  result: (code) => (code > 0 ? errorText(code) : undefined),
  indexGroup: (group, sibling) => {
    const text = groupText(group, sibling('targetPort'));
    return text.startsWith('0x') ? undefined : text;
  },
  'detail.adsState': (state) => stateText(state),
  'detail.transmissionMode': (mode) => TRANSMISSION_MODES[mode],
};
