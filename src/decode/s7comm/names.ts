/**
 * S7 services by name, with the verb each one is in the common vocabulary. The protocol has no public specification: the
 * codes are facts seen on the wire and documented for STEP 7 and SINUMERIK (PI services).
 *
 * Verbs chosen: copying RAM to ROM is `configure` (it makes what runs permanent), compressing memory is `invoke` (nothing
 * changes), activating a downloaded block (_INSE) is part of `program-download`, a memory reset is `delete`.
 */
import type { Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';

export const ROSCTR = { JOB: 1, ACK: 2, ACK_DATA: 3, USERDATA: 7 } as const;

export const FUNCTION = {
  CPU_SERVICES: 0x00,
  READ_VAR: 0x04,
  WRITE_VAR: 0x05,
  REQUEST_DOWNLOAD: 0x1a,
  DOWNLOAD_BLOCK: 0x1b,
  DOWNLOAD_ENDED: 0x1c,
  START_UPLOAD: 0x1d,
  UPLOAD: 0x1e,
  END_UPLOAD: 0x1f,
  PI_SERVICE: 0x28,
  PLC_STOP: 0x29,
  SETUP: 0xf0,
} as const;
const FUNCTIONS: Readonly<Record<number, string>> = {
  0: 'CPU Services',
  4: 'Read Var',
  5: 'Write Var',
  26: 'Request Download',
  27: 'Download Block',
  28: 'Download Ended',
  29: 'Start Upload',
  30: 'Upload',
  31: 'End Upload',
  40: 'PI Service',
  41: 'PLC Stop',
  240: 'Setup Communication',
};
export const functionName = (code: number): string => FUNCTIONS[code] ?? 'Unknown Function';
const jobTypes = Array.from({ length: 256 }, (_, code) => `${functionName(code)} job`);
const answerTypes = Array.from({ length: 256 }, (_, code) => `${functionName(code)} ack-data`);
export const jobType = (code: number): string => jobTypes[code & 255]!;
export const answerType = (code: number): string => answerTypes[code & 255]!;

export const GROUP = {
  MODE: 0,
  PROGRAMMER: 1,
  CYCLIC: 2,
  BLOCK: 3,
  CPU: 4,
  SECURITY: 5,
  PBC: 6,
  TIME: 7,
  NC: 15,
} as const;

export interface Service {
  readonly name: string;
  /** Undefined for indications that are no command (alarms, transitions). */
  readonly verb: Verb | undefined;
  readonly request: string;
  readonly response: string;
  readonly indication: string;
}
const service = (name: string, verb?: Verb): Service => ({
  name,
  verb,
  request: `${name} request`,
  response: `${name} response`,
  indication: `${name} indication`,
});

const SERVICES: ReadonlyMap<number, Service> = new Map(
  (
    [
      [0x0000, 'Mode Transition STOP'],
      [0x0001, 'Mode Transition warm restart'],
      [0x0002, 'Mode Transition RUN'],
      [0x0003, 'Mode Transition hot restart'],
      [0x0004, 'Mode Transition HOLD'],
      [0x0006, 'Mode Transition cold restart'],
      [0x0009, 'Mode Transition RUN redundant'],
      [0x000b, 'Mode Transition LINK-UP'],
      [0x000c, 'Mode Transition UPDATE'],
      [0x0101, 'Block Status', 'read'],
      [0x0102, 'Variable Status', 'subscribe'],
      [0x0103, 'Output ISTACK', 'read'],
      [0x0104, 'Output BSTACK', 'read'],
      [0x0105, 'Output LSTACK', 'read'],
      [0x0106, 'Time Measurement', 'read'],
      [0x0107, 'Force Selection', 'read'],
      [0x0108, 'Modify Variable', 'write'],
      [0x0109, 'Force', 'force'],
      [0x010a, 'Breakpoint', 'mode-change'],
      [0x010b, 'Exit HOLD', 'mode-change'],
      [0x010c, 'Memory Reset', 'delete'],
      [0x010d, 'Disable Job', 'invoke'],
      [0x010e, 'Enable Job', 'invoke'],
      [0x010f, 'Delete Job', 'invoke'],
      [0x0110, 'Read Job List', 'read'],
      [0x0111, 'Read Job', 'read'],
      [0x0112, 'Replace Job', 'invoke'],
      [0x0113, 'Block Status v2', 'read'],
      [0x0116, 'Flash LED', 'invoke'],
      [0x0201, 'Cyclic Data', 'subscribe'],
      [0x0204, 'Cyclic Data Unsubscribe', 'subscribe'],
      [0x0205, 'Cyclic Data On Change', 'subscribe'],
      [0x0207, 'Cyclic Data On Change Modify', 'subscribe'],
      [0x0208, 'Cyclic Read Record', 'subscribe'],
      [0x0301, 'List Blocks', 'read'],
      [0x0302, 'List Blocks of Type', 'read'],
      [0x0303, 'Get Block Info', 'read'],
      [0x0401, 'Read SZL', 'read'],
      [0x0402, 'Message Service', 'subscribe'],
      [0x0403, 'Diagnostic Message'],
      [0x0405, 'ALARM_8'],
      [0x0406, 'NOTIFY'],
      [0x0407, 'ALARM_8 Lock', 'configure'],
      [0x0408, 'ALARM_8 Unlock', 'configure'],
      [0x0409, 'SCAN'],
      [0x040b, 'Alarm Acknowledge', 'invoke'],
      [0x040c, 'Alarm Acknowledged'],
      [0x040d, 'ALARM_8 Locked'],
      [0x040e, 'ALARM_8 Unlocked'],
      [0x0411, 'ALARM_SQ'],
      [0x0412, 'ALARM_S'],
      [0x0413, 'Alarm Query', 'read'],
      [0x0416, 'NOTIFY_8'],
      [0x0501, 'PLC Password', 'authenticate'],
      [0x0502, 'Clear PLC Password', 'authenticate'],
      [0x0701, 'Read Clock', 'read'],
      [0x0702, 'Set Clock', 'configure'],
      [0x0703, 'Read Clock Following', 'read'],
      [0x0704, 'Set Clock Following', 'configure'],
    ] as readonly (readonly [number, string, Verb?])[]
  ).map(([code, name, verb]) => [code, service(name, verb)]),
);
const GROUPS: readonly Service[] = [
  service('Mode Transition'),
  service('Programmer Command', 'invoke'),
  service('Cyclic Service', 'subscribe'),
  service('Block Function', 'read'),
  service('CPU Function', 'invoke'),
  service('Security Function', 'authenticate'),
  service('BSEND/BRECV', 'write'),
  service('Time Function', 'invoke'),
  ...Array.from({ length: 7 }, (_, i) => service(`Userdata Group ${i + 8}`, 'invoke')),
  service('NC Programming', 'invoke'),
];
/** The service of a userdata PDU; an unknown sub-function gets its group's. */
export const serviceOf = (group: number, subfunction: number): Service =>
  SERVICES.get((group << 8) | subfunction) ?? GROUPS[group & 15]!;

export interface PiService {
  readonly operation: string;
  readonly verb: Verb;
}
const PI = tableOf<PiService>({
  _INSE: { operation: 'PI _INSE (activate block)', verb: 'program-download' },
  _INS2: { operation: 'PI _INS2 (activate block)', verb: 'program-download' },
  _DELE: { operation: 'PI _DELE (delete block)', verb: 'delete' },
  _GARB: { operation: 'PI _GARB (compress memory)', verb: 'invoke' },
  _N_LOGIN_: { operation: 'PI _N_LOGIN_ (log in)', verb: 'authenticate' },
  _N_LOGOUT: { operation: 'PI _N_LOGOUT (log out)', verb: 'authenticate' },
  _N_NEWPWD: { operation: 'PI _N_NEWPWD (change password)', verb: 'configure' },
  _N_F_DELE: { operation: 'PI _N_F_DELE (delete file)', verb: 'delete' },
  _N_F_DELR: { operation: 'PI _N_F_DELR (delete file)', verb: 'delete' },
  _N_DELECE: { operation: 'PI _N_DELECE (delete cutting edge)', verb: 'delete' },
  _N_DELETO: { operation: 'PI _N_DELETO (delete tool)', verb: 'delete' },
  _N_DELVAR: { operation: 'PI _N_DELVAR (delete data block)', verb: 'delete' },
  _N_F_COPY: { operation: 'PI _N_F_COPY (copy file)', verb: 'invoke' },
  _N_F_OPEN: { operation: 'PI _N_F_OPEN (open file)', verb: 'invoke' },
  _N_F_OPER: { operation: 'PI _N_F_OPER (open file)', verb: 'invoke' },
  _N_F_CLOS: { operation: 'PI _N_F_CLOS (close file)', verb: 'invoke' },
  _N_F_XFER: { operation: 'PI _N_F_XFER (transfer file)', verb: 'program-download' },
  _N_F_PROT: { operation: 'PI _N_F_PROT (file protection)', verb: 'configure' },
  _N_F_RENA: { operation: 'PI _N_F_RENA (rename file)', verb: 'configure' },
  _N_SELECT: { operation: 'PI _N_SELECT (select program)', verb: 'mode-change' },
  _N_EXTERN: { operation: 'PI _N_EXTERN (execute from external)', verb: 'mode-change' },
  _N_CONFIG: { operation: 'PI _N_CONFIG (reconfigure)', verb: 'configure' },
  _N_SETTST: { operation: 'PI _N_SETTST (set machine data)', verb: 'configure' },
  _N_DASAVE: { operation: 'PI _N_DASAVE (save data)', verb: 'configure' },
  _N_CANCEL: { operation: 'PI _N_CANCEL (cancel NC alarm)', verb: 'control' },
  _N_DIGION: { operation: 'PI _N_DIGION (digitising on)', verb: 'control' },
  _N_DIGIOF: { operation: 'PI _N_DIGIOF (digitising off)', verb: 'control' },
  _N_CRCEDN: { operation: 'PI _N_CRCEDN (create cutting edge)', verb: 'configure' },
  _N_CREACE: { operation: 'PI _N_CREACE (create cutting edge)', verb: 'configure' },
  _N_CRETOO: { operation: 'PI _N_CRETOO (create tool)', verb: 'configure' },
});
const RAM_TO_ROM: PiService = { operation: 'PI _MODU (copy RAM to ROM)', verb: 'configure' };
const OTHER_PI: PiService = { operation: 'PI Service', verb: 'invoke' };
/** Services whose argument is a credential: it is replaced where it is decoded. */
export const PI_WITH_CREDENTIAL: ReadonlySet<string> = new Set(['_N_LOGIN_', '_N_NEWPWD']);

/** P_PROGRAM starts the program: without argument warm, `C` cold, `H` hot. */
const STARTS = tableOf<PiService>({
  '': { operation: 'PLC Start (warm)', verb: 'mode-change' },
  C: { operation: 'PLC Start (cold)', verb: 'mode-change' },
  H: { operation: 'PLC Start (hot)', verb: 'mode-change' },
});
export const piServiceOf = (name: string, argument: string): PiService => {
  if (name === 'P_PROGRAM') return STARTS[argument.trim()] ?? { operation: 'PLC Start', verb: 'mode-change' };
  if (name === '_MODU') return argument.startsWith('EP') ? RAM_TO_ROM : { operation: 'PI _MODU', verb: 'configure' };
  return PI[name] ?? OTHER_PI;
};
