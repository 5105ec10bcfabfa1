/** PNIOStatus: why a service was refused. Source: IEC 61158-6-10 section 5.2.6 (coding of PNIOStatus). */

/** Four octets: whose error, how it is coded, and two codes. 0 is success. */
export interface PnioStatus {
  readonly errorCode: number;
  readonly errorDecode: number;
  readonly errorCode1: number;
  readonly errorCode2: number;
}
export const statusOf = (value: number): PnioStatus => ({
  errorCode: value >>> 24,
  errorDecode: (value >>> 16) & 255,
  errorCode1: (value >>> 8) & 255,
  errorCode2: value & 255,
});
export const isError = (s: PnioStatus): boolean =>
  s.errorCode !== 0 || s.errorDecode !== 0 || s.errorCode1 !== 0 || s.errorCode2 !== 0;

/** ErrorCode1 of PNIORW: class and reason of record services. */
const RECORD: Readonly<Record<number, string>> = {
  160: 'read error',
  161: 'write error',
  162: 'module failure',
  167: 'busy',
  168: 'version conflict',
  169: 'feature not supported',
  176: 'invalid index',
  177: 'write length error',
  178: 'invalid slot or subslot',
  179: 'type conflict',
  180: 'invalid area or API',
  181: 'state conflict',
  182: 'access denied',
  183: 'invalid range',
  184: 'invalid parameter',
  185: 'invalid type',
  186: 'backup',
  192: 'read constrain conflict',
  193: 'write constrain conflict',
  194: 'resource busy',
  195: 'resource unavailable',
};

/** ErrorCode1 of PNIO: the faulty block, or the protocol machine. */
const MACHINES: Readonly<Record<number, string>> = {
  1: 'faulty ARBlockReq',
  2: 'faulty IOCRBlockReq',
  3: 'faulty ExpectedSubmoduleBlockReq',
  4: 'faulty AlarmCRBlockReq',
  5: 'faulty PrmServerBlockReq',
  6: 'faulty MCRBlockReq',
  7: 'faulty ARRPCBlockReq',
  8: 'faulty record',
  9: 'faulty IRInfoBlock',
  10: 'faulty SRInfoBlock',
  11: 'faulty ARFSUBlock',
  12: 'faulty ARVendorBlockReq',
  13: 'faulty RSInfoBlock',
  20: 'faulty control block',
  21: 'faulty control block',
  22: 'faulty control block',
  23: 'faulty control block',
  40: 'faulty release block',
  50: 'faulty response',
  60: 'alarm acknowledge',
  61: 'CMDEV',
  62: 'CMCTL',
  63: 'CTLDINA',
  64: 'CMRPC',
  65: 'ALPMI',
  66: 'ALPMR',
  67: 'LMPM',
  68: 'MAC',
  69: 'RPC',
  70: 'APMR',
  71: 'APMS',
  72: 'CPM',
  73: 'PPM',
  74: 'DCPUCS',
  75: 'DCPUCR',
  76: 'DCPMCS',
  77: 'DCPMCR',
  78: 'FSPM',
  200: 'CTLSM',
  201: 'CTLRDI',
  202: 'CTLRDR',
  203: 'CTLWRI',
  204: 'CTLWRR',
  205: 'CTLIO',
  206: 'CTLSU',
  207: 'CTLRPC',
  208: 'CTLPBE',
  253: 'connection aborted',
};
/** ErrorCode2 of CMRPC (64). */
const CMRPC: readonly string[] = [
  'ArgsLength invalid',
  'unknown blocks',
  'IOCR missing',
  'wrong count of alarm CR blocks',
  'out of AR resources',
  'AR UUID unknown',
  'state conflict',
  'out of provider, consumer or alarm resources',
  'out of memory',
  'physical device already owned',
  'AR set state conflict during establishment',
  'AR set parameter conflict during establishment',
  'physical device without interface',
];
/** ErrorCode2 of RTA_ERR_CLS_PROTOCOL (253): why a connection ended. */
const ABORTS: Readonly<Record<number, string>> = {
  1: 'error within the coordination of sequence numbers',
  2: 'instance closed',
  3: 'AR out of memory',
  4: 'AR could not add provider or consumer',
  5: 'AR consumer data hold timer expired',
  6: 'AR CMI timeout',
  7: 'AR alarm-open failed',
  8: 'AR alarm-send confirmed negatively',
  9: 'AR alarm acknowledge sent negatively',
  10: 'AR alarm data too long',
  11: 'AR alarm indication error',
  12: 'AR RPC client call confirmed negatively',
  13: 'AR abort requested',
  14: 're-run aborts the existing AR',
  15: 'AR release received',
  16: 'device deactivated',
  17: 'AR removed',
  18: 'protocol violation',
  19: 'name resolution error',
  20: 'RPC bind error',
  21: 'RPC connect error',
  22: 'RPC read error',
  23: 'RPC write error',
  24: 'RPC control error',
  25: 'forbidden pull or plug after check',
  26: 'AP removed',
  27: 'link down',
  28: 'multicast address could not be registered',
  29: 'not synchronized',
  30: 'wrong topology',
  31: 'station name changed by DCP',
  32: 'reset to factory by DCP',
  33: 'AP state conflict: submodules locked',
};

/** `invalid index (0xde 0x80 0xb0 0x0a)`. */
export const statusText = (s: PnioStatus): string => {
  const code = `0x${s.errorCode.toString(16)} 0x${s.errorDecode.toString(16)} 0x${s.errorCode1.toString(16)} 0x${s.errorCode2.toString(16)}`;
  let text = 'error';
  if (s.errorDecode === 0x80) text = RECORD[s.errorCode1] ?? 'record service error';
  else if (s.errorDecode === 0x81) {
    const machine = MACHINES[s.errorCode1] ?? 'error';
    if (s.errorCode1 === 64) text = CMRPC[s.errorCode2] ?? machine;
    else if (s.errorCode1 === 253) text = ABORTS[s.errorCode2] ?? machine;
    else text = s.errorCode1 < 60 ? `${machine}, parameter ${s.errorCode2}` : machine;
  } else if (s.errorDecode === 0x82) text = 'manufacturer specific';
  return `${text} (${code})`;
};
