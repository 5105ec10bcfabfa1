/** The words that Zeek and ICSNPP write for DNP3's codes. */

const REQUESTS =
  'CONFIRM READ WRITE SELECT OPERATE DIRECT_OPERATE DIRECT_OPERATE_NR IMMED_FREEZE IMMED_FREEZE_NR FREEZE_CLEAR FREEZE_CLEAR_NR FREEZE_AT_TIME FREEZE_AT_TIME_NR COLD_RESTART WARM_RESTART INITIALIZE_DATA INITIALIZE_APPL START_APPL STOP_APPL SAVE_CONFIG ENABLE_UNSOLICITED DISABLE_UNSOLICITED ASSIGN_CLASS DELAY_MEASURE RECORD_CURRENT_TIME OPEN_FILE CLOSE_FILE DELETE_FILE GET_FILE_INFO AUTHENTICATE_FILE ABORT_FILE ACTIVATE_CONFIG AUTHENTICATE_REQ AUTHENTICATE_REQ_NR'.split(
    ' ',
  );
const RESPONSES = ['RESPONSE', 'UNSOLICITED_RESPONSE', 'AUTHENTICATE_RESP'];
const unknown = (n: number): string => `unknown-${n.toString(16)}`;

export const functionWord = (code: number): string =>
  (code < 128 ? REQUESTS[code] : RESPONSES[code - 129]) ?? unknown(code);
export const tripWord = (code: number): string => ['Nul', 'Close', 'Trip'][code >> 6] ?? unknown(code >> 6);
export const operationWord = (code: number): string =>
  ['Nul', 'Pulse On', 'Pulse Off', 'Latch On', 'Latch Off'][code & 15] ?? unknown(code & 15);
/** ICSNPP's list leaves out ALREADY_ACTIVE at 5 and moves its neighbours. */
export const statusWord = (status: number): string =>
  [
    'Success',
    'Timeout',
    'No Select',
    'Format Error',
    'Not Supported',
    'Latch Off',
    'Already Active',
    'Hardware Error',
    'Too Many Objs',
    'Not Authorized',
    'Automation Inhibit',
    'Processing Limited',
    'Out of Range',
  ][status] ?? (status === 126 ? 'Non Participating' : status === 127 ? 'Undefined' : unknown(status));

const WIDTHS = ['32-Bit', '16-Bit'];
const FLOATS = ['32-Bit', '64-Bit'];
const counter = (v: number, plain: string, delta: string): string =>
  `${WIDTHS[(v - 1) % 2]} ${(v - 1) % 4 < 2 ? plain : delta}`;
/** Events of analog values: two integers and, from 5, two floats; with time from 3 and from 7. */
const analogEvent = (v: number, integer: string, float: string): string => {
  const time = v === 3 || v === 4 || v >= 7 ? 'w/ Time' : 'w/o Time';
  return v <= 4 ? `${WIDTHS[(v - 1) % 2]} ${integer} ${time}` : `${FLOATS[(v - 1) % 2]} ${float} ${time}`;
};
const oneOf = (v: number, ...names: string[]): string | undefined => names[v];

/** `16-Bit Analog Input`; undefined for objects that ICSNPP does not log. */
export const objectWord = (group: number, v: number): string | undefined => {
  switch (group) {
    case 1:
      return oneOf(v, 'Binary Input Default Variation', 'Single-bit Binary Input', 'Binary Input With Status');
    case 2:
    case 4: {
      const name = group === 2 ? 'Binary Input Change' : 'Double-bit Input Change';
      const what = ['Default Variation', 'Without Time', 'With Time', 'With Relative Time'][v];
      return what && `${name} ${what}`;
    }
    case 3:
      return oneOf(
        v,
        'Double-bit Input Default Variation',
        'Double-bit Input No Flags',
        'Double-bit Input With Status',
      );
    case 10:
      return oneOf(v, 'Binary Output Default Variation', 'Binary Output', 'Binary Output Status');
    case 11:
      return oneOf(
        v,
        'Binary Output Change Default Variation',
        'Binary Output Change Without Time',
        'Binary Output Change With Time',
      );
    case 20:
      if (v === 0) return 'Binary Counter Default Variation';
      return v <= 8 ? counter(v, 'Binary Counter', 'Delta Counter') + (v > 4 ? ' Without Flag' : '') : undefined;
    case 21:
      if (v === 0) return 'Frozen Binary Counter Default Variation';
      return v <= 12
        ? counter(v, 'Frozen Counter', 'Frozen Delta Counter') +
            (v > 8 ? ' Without Flag' : v > 4 ? ' w/ Time of Freeze' : '')
        : undefined;
    case 22:
      if (v === 0) return 'Counter Change Event Default Variation';
      return v <= 8
        ? `${counter(v, 'Counter', 'Delta Counter')} Change Event ${v > 4 ? 'with Time' : 'w/o Time'}`
        : undefined;
    case 23:
      if (v === 0) return 'Frozen Binary Counter Change Event Default Variation';
      return v <= 8
        ? `${counter(v, 'Frozen Counter', 'Frozen Delta Counter')} Change Event${v > 4 ? ' w/ Time of Freeze' : ''}`
        : undefined;
    case 30:
      if (v === 0) return 'Analog Input Default Variation';
      if (v > 6) return undefined;
      return v > 4
        ? `${FLOATS[v - 5]} Floating Point Input`
        : `${WIDTHS[(v - 1) % 2]} Analog Input${v > 2 ? ' Without Flag' : ''}`;
    case 31:
      if (v === 0 || v > 8) return undefined;
      return v > 6
        ? `${FLOATS[v - 7]} Frozen Floating Point Input`
        : `${WIDTHS[(v - 1) % 2]} Frozen Analog Input${v > 4 ? ' Without Flag' : v > 2 ? ' w/ Time of Freeze' : ''}`;
    case 32:
      if (v === 0) return 'Analog Input Change Default Variation';
      return v <= 8 ? analogEvent(v, 'Analog Change Event', 'Floating Point Change Event') : undefined;
    case 33:
      return v > 0 && v <= 8 ? analogEvent(v, 'Frozen Analog Event', 'Floating Point Frozen Change Event') : undefined;
    case 40:
    case 41: {
      if (v === 0) return group === 40 ? 'Analog Output Default Variation' : undefined;
      if (v > 4) return undefined;
      const what = group === 40 ? 'Status' : 'Block';
      return v > 2 ? `${FLOATS[v - 3]} Floating Point Output ${what}` : `${WIDTHS[v - 1]} Analog Output ${what}`;
    }
    case 42:
      if (v === 0) return 'Analog Output Event Default Variation';
      return v <= 8 ? analogEvent(v, 'Analog Output Event', 'Floating Point Output Event') : undefined;
    case 60:
      return v >= 1 && v <= 4 ? `Class ${v - 1} Data` : undefined;
    default:
      return undefined;
  }
};
