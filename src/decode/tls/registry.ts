/** Names of TLS versions, cipher suites, groups and alerts: the IANA "TLS Parameters" registries. */

const VERSION: Readonly<Record<number, string>> = {
  2: 'SSLv2',
  768: 'SSLv3',
  769: 'TLSv1.0',
  770: 'TLSv1.1',
  771: 'TLSv1.2',
  772: 'TLSv1.3',
  65279: 'DTLSv1.0',
  65277: 'DTLSv1.2',
  65276: 'DTLSv1.3',
};
const code = (n: number): string => `0x${n.toString(16).padStart(4, '0')}`;
export const versionName = (version: number): string => VERSION[version] ?? code(version);

/** `code name` without the `TLS_` in front, one suite a line. */
const SUITES = `
0001 RSA_WITH_NULL_MD5
0002 RSA_WITH_NULL_SHA
0003 RSA_EXPORT_WITH_RC4_40_MD5
0004 RSA_WITH_RC4_128_MD5
0005 RSA_WITH_RC4_128_SHA
0009 RSA_WITH_DES_CBC_SHA
000a RSA_WITH_3DES_EDE_CBC_SHA
0013 DHE_DSS_WITH_3DES_EDE_CBC_SHA
0016 DHE_RSA_WITH_3DES_EDE_CBC_SHA
0018 DH_anon_WITH_RC4_128_MD5
001b DH_anon_WITH_3DES_EDE_CBC_SHA
002f RSA_WITH_AES_128_CBC_SHA
0032 DHE_DSS_WITH_AES_128_CBC_SHA
0033 DHE_RSA_WITH_AES_128_CBC_SHA
0034 DH_anon_WITH_AES_128_CBC_SHA
0035 RSA_WITH_AES_256_CBC_SHA
0038 DHE_DSS_WITH_AES_256_CBC_SHA
0039 DHE_RSA_WITH_AES_256_CBC_SHA
003a DH_anon_WITH_AES_256_CBC_SHA
003b RSA_WITH_NULL_SHA256
003c RSA_WITH_AES_128_CBC_SHA256
003d RSA_WITH_AES_256_CBC_SHA256
0041 RSA_WITH_CAMELLIA_128_CBC_SHA
0045 DHE_RSA_WITH_CAMELLIA_128_CBC_SHA
0067 DHE_RSA_WITH_AES_128_CBC_SHA256
006b DHE_RSA_WITH_AES_256_CBC_SHA256
0084 RSA_WITH_CAMELLIA_256_CBC_SHA
0088 DHE_RSA_WITH_CAMELLIA_256_CBC_SHA
008c PSK_WITH_AES_128_CBC_SHA
008d PSK_WITH_AES_256_CBC_SHA
0096 RSA_WITH_SEED_CBC_SHA
009c RSA_WITH_AES_128_GCM_SHA256
009d RSA_WITH_AES_256_GCM_SHA384
009e DHE_RSA_WITH_AES_128_GCM_SHA256
009f DHE_RSA_WITH_AES_256_GCM_SHA384
00a8 PSK_WITH_AES_128_GCM_SHA256
00a9 PSK_WITH_AES_256_GCM_SHA384
00ff EMPTY_RENEGOTIATION_INFO_SCSV
1301 AES_128_GCM_SHA256
1302 AES_256_GCM_SHA384
1303 CHACHA20_POLY1305_SHA256
1304 AES_128_CCM_SHA256
1305 AES_128_CCM_8_SHA256
5600 FALLBACK_SCSV
c007 ECDHE_ECDSA_WITH_RC4_128_SHA
c008 ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA
c009 ECDHE_ECDSA_WITH_AES_128_CBC_SHA
c00a ECDHE_ECDSA_WITH_AES_256_CBC_SHA
c011 ECDHE_RSA_WITH_RC4_128_SHA
c012 ECDHE_RSA_WITH_3DES_EDE_CBC_SHA
c013 ECDHE_RSA_WITH_AES_128_CBC_SHA
c014 ECDHE_RSA_WITH_AES_256_CBC_SHA
c018 ECDH_anon_WITH_AES_128_CBC_SHA
c019 ECDH_anon_WITH_AES_256_CBC_SHA
c023 ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
c024 ECDHE_ECDSA_WITH_AES_256_CBC_SHA384
c027 ECDHE_RSA_WITH_AES_128_CBC_SHA256
c028 ECDHE_RSA_WITH_AES_256_CBC_SHA384
c02b ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
c02c ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
c02f ECDHE_RSA_WITH_AES_128_GCM_SHA256
c030 ECDHE_RSA_WITH_AES_256_GCM_SHA384
c0ac ECDHE_ECDSA_WITH_AES_128_CCM
c0ae ECDHE_ECDSA_WITH_AES_128_CCM_8
cca8 ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
cca9 ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
ccaa DHE_RSA_WITH_CHACHA20_POLY1305_SHA256`;
const SUITE = new Map(
  SUITES.trim()
    .split('\n')
    .map((line) => [Number.parseInt(line.slice(0, 4), 16), `TLS_${line.slice(5)}`]),
);
export const cipherName = (suite: number): string => SUITE.get(suite) ?? code(suite);

const GROUP: Readonly<Record<number, string>> = {
  19: 'secp192r1',
  21: 'secp224r1',
  22: 'secp256k1',
  23: 'secp256r1',
  24: 'secp384r1',
  25: 'secp521r1',
  29: 'x25519',
  30: 'x448',
  256: 'ffdhe2048',
  257: 'ffdhe3072',
  4588: 'X25519MLKEM768',
};
export const groupName = (group: number): string => GROUP[group] ?? code(group);

/** RFC 8446 section 6.2 and RFC 5246 section 7.2. */
const ALERT: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  21: 'decryption_failed',
  22: 'record_overflow',
  30: 'decompression_failure',
  40: 'handshake_failure',
  41: 'no_certificate',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  120: 'no_application_protocol',
};
export const alertName = (alert: number): string => ALERT[alert] ?? `alert ${alert}`;
