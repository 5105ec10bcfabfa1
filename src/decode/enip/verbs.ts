/**
 * What a CIP request means in the common vocabulary: class and service to verb. Standard classes after The CIP Networks
 * Library Volume 1, chapter 5, Volume 2 (TCP/IP, Ethernet Link), Volume 5 (Safety); Logix classes after 1756-PM020 and
 * after what engineering tools are seen to do in captures (marked "seen").
 */
import type { Verb } from '../../core/observation.ts';
import type { Epath } from './epath.ts';

/** `none`: an envelope or housekeeping whose parts speak for themselves. */
export type CipVerb = Verb | 'none';

export const CLASS = {
  IDENTITY: 0x01,
  MESSAGE_ROUTER: 0x02,
  CONNECTION_MANAGER: 0x06,
  FILE: 0x37,
  SAFETY_SUPERVISOR: 0x39,
  PASSWORD_AUTHENTICATOR: 0x61,
  CONTROLLER_NAME: 0x64,
  PCCC: 0x67,
  SYMBOL: 0x6b,
  TEMPLATE: 0x6c,
  /** Lists of values that an engineering tool looks at (seen). */
  WATCH: 0x72,
  LOCK: 0x74,
  WALL_CLOCK: 0x8b,
  CONTROLLER_MODE: 0x8e,
  NVS: 0xa1,
  TCP_IP: 0xf5,
  ETHERNET_LINK: 0xf6,
} as const;

export const SERVICE = {
  GET_ALL: 0x01,
  SET_ALL: 0x02,
  GET_LIST: 0x03,
  SET_LIST: 0x04,
  RESET: 0x05,
  START: 0x06,
  STOP: 0x07,
  MULTIPLE: 0x0a,
  GET_SINGLE: 0x0e,
  SET_SINGLE: 0x10,
  PCCC: 0x4b,
  READ_TAG: 0x4c,
  WRITE_TAG: 0x4d,
  READ_MODIFY_WRITE: 0x4e,
  FORWARD_CLOSE: 0x4e,
  READ_FRAGMENT: 0x52,
  UNCONNECTED_SEND: 0x52,
  WRITE_FRAGMENT: 0x53,
  FORWARD_OPEN: 0x54,
  LARGE_FORWARD_OPEN: 0x5b,
} as const;

/** Setting these objects changes how the device is configured, not the process. */
const CONFIGURATION = new Set([
  0x01, 0x0f, 0x43, 0x45, 0x47, 0x48, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x5d, 0x5e, 0x5f, 0x60, 0x8b, 0xf0,
  0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9,
]);
/** Logix objects of the controller itself that a download sets (seen): mode, change log, modules. */
const LOGIX_SETTINGS = new Set([0x6f, 0x77, 0x8e, 0xa2, 0xac]);
/** Logix objects that make up a project (seen): program, task, data, symbol, template, routine, module, ... */
const PROJECT = new Set([0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x70, 0x7e, 0x8c]);

export const verbOf = (service: number, path: Epath): CipVerb => {
  if (service < 0x32) return commonVerb(service, path);
  const cls = path.lastClass;
  if (path.symbol !== '' || cls === CLASS.SYMBOL) return tagVerb(service, cls);
  switch (cls) {
    case CLASS.CONNECTION_MANAGER:
      return service === SERVICE.FORWARD_OPEN ||
        service === SERVICE.LARGE_FORWARD_OPEN ||
        service === SERVICE.FORWARD_CLOSE ||
        service === SERVICE.UNCONNECTED_SEND
        ? 'none'
        : 'read';
    case CLASS.FILE:
      if (service === 0x4b || service === 0x4d || service === 0x4f) return 'program-upload';
      if (service === 0x4c || service === 0x4e || service === 0x50) return 'program-download';
      return service === 0x51 ? 'delete' : 'invoke';
    case CLASS.SAFETY_SUPERVISOR:
      if (service === 0x53) return 'mode-change';
      if (service === 0x54) return 'restart';
      if (service === 0x51 || service === 0x52 || service === 0x55) return 'authenticate';
      return service === 0x4e ? 'invoke' : 'configure';
    case CLASS.PASSWORD_AUTHENTICATOR:
    case 0x62:
      return 'authenticate';
    case 0x5d:
    case 0x5e:
    case 0x5f:
    case 0x60:
      return 'configure';
    case CLASS.LOCK:
      return 'authenticate'; // seen: 0x4b takes the lock of the controller or of a program, 0x4c gives it back
    case CLASS.CONTROLLER_MODE:
      return 'mode-change';
    case CLASS.NVS:
      return 'firmware-update'; // seen: 0x4b announces length and offset, 0x4d carries a block of the image
    case CLASS.TEMPLATE:
      return service === 0x4c ? 'read' : service === 0x4d ? 'program-download' : 'invoke';
    case CLASS.WATCH:
    case 0xb2:
      // seen: values read by internal address (0x4c), a list of them made first (0x4b, 0x4e)
      return service === 0x4c || service === 0x4d ? 'read' : 'subscribe';
    case 0x4:
    case CLASS.IDENTITY:
      return 'invoke';
    default:
      if (!PROJECT.has(cls)) return 'invoke';
      if (service === 0x4d || service === 0x50 || service === 0x53) return 'program-download';
      return service === 0x4b || service === 0x4c || service === 0x4f || service === 0x52 ? 'program-upload' : 'invoke';
  }
};

const tagVerb = (service: number, cls: number): CipVerb => {
  switch (service) {
    case SERVICE.READ_TAG:
    case SERVICE.READ_FRAGMENT:
    case 0x55:
      return 'read';
    case SERVICE.WRITE_TAG:
    case SERVICE.WRITE_FRAGMENT:
    case SERVICE.READ_MODIFY_WRITE:
      return 'write';
    default:
      return service === 0x4b && cls === CLASS.SYMBOL ? 'read' : 'invoke';
  }
};

const commonVerb = (service: number, path: Epath): CipVerb => {
  const cls = path.lastClass;
  switch (service) {
    case 0x01:
    case 0x03:
    case 0x0e:
    case 0x11:
    case 0x18:
    case 0x1d:
      return 'read';
    case 0x02:
    case 0x04:
    case 0x10:
    case 0x19:
      return CONFIGURATION.has(path.cls) || LOGIX_SETTINGS.has(path.cls)
        ? 'configure'
        : PROJECT.has(cls)
          ? 'program-download'
          : 'write';
    case SERVICE.RESET:
      return cls === CLASS.IDENTITY ? 'restart' : 'invoke';
    case SERVICE.START:
    case SERVICE.STOP:
      return 'mode-change';
    case 0x08:
    case 0x1a:
      return PROJECT.has(cls) ? 'program-download' : cls === CLASS.WATCH || cls === 0xb2 ? 'subscribe' : 'configure';
    case 0x09:
    case 0x1b:
      return 'delete';
    case 0x0a:
    case 0x14:
    case 0x17:
      return 'none';
    case 0x0d:
    case 0x15:
    case 0x16:
      return 'configure';
    default:
      return 'invoke';
  }
};

/** Services whose data is or may hold a secret: never copied into a message. */
export const carriesSecret = (service: number, path: Epath): boolean =>
  path.lastClass === CLASS.PASSWORD_AUTHENTICATOR ||
  (path.lastClass === CLASS.SAFETY_SUPERVISOR && (service === 0x51 || service === 0x52 || service === 0x55));
