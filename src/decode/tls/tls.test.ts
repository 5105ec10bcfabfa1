import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  contextOf,
  costUs,
  down,
  drive,
  hostile,
  join,
  type Part,
  sameInPieces,
  up,
} from '../../../test/decoding.ts';
import { flowsOf, zeekLog } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { decodeCertificate } from '../shared/x509.ts';
import { ja3Text, ja4 } from './fingerprint.ts';
import { tls } from './index.ts';
import { cipherName } from './registry.ts';

const on443 = { carrier: 'tcp', serverPort: 443 };
const clientHello = bytesOf(`
  16 0301 0076          # handshake record, 118 octets
  01 000072             # ClientHello, 114 octets
  0303 ${'11'.repeat(32)} # legacy version, random
  00                    # no session id
  0008 1a1a 1301 c02f c030 # GREASE and three suites
  01 00                 # compression: none
  0041                  # 65 octets of extensions
  0000 0015 0013 00 0010 706c63372e63656c6c2e66616272696b # server name plc7.cell.fabrik
  000a 0006 0004 001d 0017 # groups x25519, secp256r1
  000b 0002 01 00       # point formats: uncompressed
  000d 0004 0002 0403   # signature algorithms: ecdsa_secp256r1_sha256
  0010 0005 0003 02 6832 # ALPN h2
  002b 0003 02 0304     # supported versions: TLS 1.3`);
const serverHello = bytesOf(`
  16 0303 002c          # handshake record, 44 octets
  02 000028             # ServerHello, 40 octets
  0303 ${'22'.repeat(32)}
  00 c02f 00            # no session id, cipher, no compression
  0000                  # no extensions`);
/** A certificate made for this test: CN=plc7.cell.example, P-256, self-signed, ten years. */
const der = bytesOf(`
  308201ed30820194a00302010202025ead300a06082a8648ce3d040302303e310b3009060355040613024445311330110603
  55040a0c0a41636d6520576f726b73311a301806035504030c11706c63372e63656c6c2e6578616d706c65301e170d323631
  3132323032303634365a170d3336313131393032303634365a303e310b300906035504061302444531133011060355040a0c
  0a41636d6520576f726b73311a301806035504030c11706c63372e63656c6c2e6578616d706c653059301306072a8648ce3d
  020106082a8648ce3d03010703420004928616d28dc23f1d5c57bf995fd5a6cb9087edce07342f5dbf468f0feb8dfd49022b
  d5ead17eb3615b933fa078e17f1994fad5ada61d53bd5b05655dc13d2cb7a38181307f301d0603551d0e04160414f13bb603
  8da674505a2ff2f7da13ce739ee98b3b301f0603551d23041830168014f13bb6038da674505a2ff2f7da13ce739ee98b3b30
  0f0603551d130101ff040530030101ff302c0603551d11042530238211706c63372e63656c6c2e6578616d706c6587040a00
  0107860875726e3a706c6337300a06082a8648ce3d040302034700304402204d1ac920b225d648a7259632f2045b6d62b5d5
  262191e04292b2480a223bb059022061297b5b0502a9c6f498c3a195ebaccd3c5166a6c7b836760994480365e4585c`);
const u24 = (n: number) => Uint8Array.of(n >> 16, (n >> 8) & 255, n & 255);
const certificate = join(
  Uint8Array.of(0x0b),
  u24(der.length + 6), // Certificate message
  u24(der.length + 3), // certificate list
  u24(der.length),
  der,
);
const record = (type: number, body: Uint8Array) =>
  join(Uint8Array.of(type, 3, 3, body.length >> 8, body.length & 255), body);
/** The certificate message over three records, as small-record stacks send it. */
const fragments = join(
  record(22, certificate.slice(0, 2)),
  record(22, certificate.slice(2, 200)),
  record(22, certificate.slice(200)),
);
const secret = record(23, new Uint8Array(1000).fill(0xee));
const conversation: Part[] = [
  up(clientHello),
  down(join(serverHello, fragments)),
  up(join(record(20, Uint8Array.of(1)), record(22, new Uint8Array(40).fill(0xaa)))),
  down(join(record(20, Uint8Array.of(1)), secret)),
];

/** A session of SSL 2.0 with the certificate above. */
const oldConversation: Part[] = [
  up(
    bytesOf(`
  8022                  # record of 34 octets without padding
  01 0002               # CLIENT-HELLO, SSL 2.0
  0009 0000 0010        # 9 octets of kinds, no session id, 16 octets of challenge
  0700c0 010080 000035  # triple DES, RC4, and a suite of TLS
  ${'33'.repeat(16)}`),
  ),
  down(
    join(
      bytesOf(`
  ${(0x8000 + 11 + der.length + 3 + 16).toString(16)} # record
  04 00 01 0002         # SERVER-HELLO, new session, X.509, SSL 2.0
  ${der.length.toString(16).padStart(4, '0')} 0003 0010 # certificate, one kind, 16 octets of connection id`),
      der,
      bytesOf(`0700c0 ${'44'.repeat(16)}`),
    ),
  ),
  up(bytesOf(`8012 02 0700c0 0000 0000 0008 ${'55'.repeat(8)}`)), // CLIENT-MASTER-KEY
  down(bytesOf(`0018 07 ${'66'.repeat(24)}`)), // encrypted, 7 octets of padding
  up(bytesOf(`8010 ${'01'.repeat(16)}`)), // encrypted, looks like a hello
];

describe('SSL 2.0', () => {
  it('reads the hellos and what the client chose, and says that it is forbidden', () => {
    const run = drive(tls, oldConversation, on443);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.messages).toMatchObject([
      { type: 'OldClientHello', version: 2, kinds: [0x0700c0, 0x010080, 0x35] },
      { type: 'OldServerHello', version: 2, resumed: false, certificate: { commonName: 'plc7.cell.example' } },
      { type: 'OldMasterKey', kind: 0x0700c0 },
    ]);
    expect(run.sessions).toMatchObject([{ detail: 'SSLv2 SSL_CK_DES_192_EDE3_CBC_WITH_MD5' }]);
    expect(run.weirds.map((w) => `${w.code} ${w.detail}`)).toEqual(['tls.obsolete-version SSLv2']);
    const first = oldConversation[0]!.bytes;
    const context = contextOf({ ...on443, toServer: true });
    expect(tls.probe(first, 0, first.length, context)).toBe('sure');
    expect(tls.probe(first, 0, 5, context)).toBe('more');
  });

  it('goes on with TLS where only the first hello is old', () => {
    const hello = oldConversation[0]!.bytes.slice();
    hello.set([3, 3], 3);
    const run = drive(tls, [up(hello), down(serverHello)], on443);
    expect(run.messages.map((m) => m.type)).toEqual(['OldClientHello', 'ServerHello']);
    expect(run.malformed).toEqual([]);
  });

  it('gives the same however TCP cuts it', () => sameInPieces(tls, oldConversation, on443));
  it('stays whole under hostile octets', () => hostile(tls, [oldConversation], on443));
});

describe('tls', () => {
  it('reads hellos and a certificate in fragments, and passes over what is encrypted', () => {
    expect(clientHello.length).toBe(5 + 0x76);
    const run = drive(tls, conversation, on443);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.messages.map((m) => m.type)).toEqual(['ClientHello', 'ServerHello', 'Certificate']);
    expect(run.messages[0]).toMatchObject({
      serverName: 'plc7.cell.fabrik',
      alpn: ['h2'],
      groups: [29, 23],
      supportedVersions: [0x0304],
      ja3Text: '771,4865-49199-49200,0-10-11-13-16-43,29-23,0',
    });
    expect((run.messages[0] as { ja4: string }).ja4).toMatch(/^t13d0306h2_[0-9a-f]{12}_[0-9a-f]{12}$/);
    expect(run.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' },
    ]);
    expect(run.identities).toMatchObject([
      { endpoint: 2, attribute: 'certificate-subject', value: 'CN=plc7.cell.example,O=Acme Works,C=DE' },
    ]);
    expect(run.names.map((n) => `${n.endpoint} ${n.name}`)).toEqual(['2 plc7.cell.fabrik', '2 plc7.cell.example']);
  });

  it('gives the same however TCP cuts it', () => sameInPieces(tls, conversation, on443));

  it('reads a certificate', () => {
    expect(decodeCertificate(der, 0, der.length)).toEqual({
      subject: 'CN=plc7.cell.example,O=Acme Works,C=DE',
      issuer: 'CN=plc7.cell.example,O=Acme Works,C=DE',
      commonName: 'plc7.cell.example',
      serial: '5ead',
      notBefore: '2026-11-22T02:06:46Z',
      notAfter: '2036-11-19T02:06:46Z',
      keyType: 'EC P-256',
      keyBits: 256,
      signature: 'ecdsa-with-SHA256',
      dnsNames: ['plc7.cell.example'],
      ipAddresses: ['10.0.1.7'],
      uris: ['urn:plc7'],
      selfSigned: true,
      sha256: '00c152f2afe3d56bd1958b8db9f7b7f904f486dc1f13d5dd0fa038da321b5bef',
    });
  });

  it('computes the example of the JA4 specification', () => {
    // Values of the example in FoxIO's technical details of JA4.
    const list = (text: string) => text.split(',').map((x) => Number.parseInt(x, 16));
    const fields = {
      version: 0x0303,
      ciphers: list('1a1a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035'),
      extensions: list('3a3a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015'),
      groups: [29, 23, 24],
      pointFormats: [0],
      signatureAlgorithms: list('0403,0804,0401,0503,0805,0501,0806,0601'),
      supportedVersions: list('2a2a,0304,0303'),
      alpn: ['h2', 'http/1.1'],
    };
    expect(ja4(fields)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
    expect(ja4({ ...fields, alpn: [], extensions: [], supportedVersions: [], ciphers: [] })).toBe(
      't12i000000_000000000000_000000000000',
    );
    expect(ja3Text(fields)).toMatch(/^771,4865-4866-4867-/);
  });

  it('shows a refused handshake and an obsolete version', () => {
    const refused = drive(tls, [up(clientHello), down(record(21, Uint8Array.of(2, 70)))], on443);
    expect(refused.sessions).toMatchObject([{ outcome: 'refused', detail: 'TLS alert protocol_version' }]);
    const old = serverHello.slice();
    old[10] = 1; // 0x0301
    expect(drive(tls, [up(clientHello), down(old)], on443).weirds).toMatchObject([{ code: 'tls.obsolete-version' }]);
  });

  it('finds its way again behind a hole', () => {
    const run = drive(
      tls,
      [
        up(clientHello),
        down(serverHello),
        down(secret.slice(0, 300)),
        { toServer: false, bytes: new Uint8Array(400).fill(0x99), gap: true },
        down(new Uint8Array(50).fill(0x98)),
        down(join(secret, record(21, new Uint8Array(26)))),
      ],
      on443,
    );
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
  });

  it('reads the group of a draft of TLS 1.3', () => {
    const draft = bytesOf(`
      16 0301 0032 02 00002e
      7f10 ${'22'.repeat(32)} 1303 # draft 16: neither session id nor compression
      0008 0028 0004 0018 0000     # key_share was 40: secp384r1`);
    expect(drive(tls, [down(draft)], on443).messages).toMatchObject([{ version: 0x7f10, group: 24 }]);
  });

  it('passes over a handshake message beyond the limit without holding it', () => {
    const huge = join(Uint8Array.of(11, 0x40, 0, 0), new Uint8Array(16_000)); // says 4 MiB
    const state = tls.open();
    const part = record(22, huge);
    const run = drive(tls, [down(part), down(record(22, new Uint8Array(16_000)))], on443);
    expect(run.left).toBe(0);
    expect(run.skipped).toBe(part.length + 16_005);
    expect(state.server.kept).toBeUndefined();
  });

  it('stays whole under hostile octets', () => hostile(tls, [conversation, [up(clientHello)]], on443));

  it('costs little for encrypted data', () => {
    const cost = costUs(tls, secret, on443);
    console.log(`tls application data: ${cost.toFixed(3)} us`);
    expect(cost).toBeLessThan(5);
  });
});

describeShared('tls on real captures', () => {
  it('agrees with Zeek on version, cipher, server name and subject', () => {
    const rows = zeekLog(sharedPath('captures/it-background/malcolm.SSL/expected/zeek-3.0.14/ssl.log'));
    const byPorts = new Map<string, string>();
    let messages = 0;
    for (const flow of flowsOf(sharedCapture('it-background/malcolm.SSL'))) {
      if (flow.over !== 'tcp') continue;
      const run = drive(tls, flow.parts, { carrier: 'tcp', serverPort: flow.serverPort });
      messages += run.messages.length;
      const hello = run.messages.find((m) => m.type === 'ClientHello');
      const answer = run.messages.find((m) => m.type === 'ServerHello' && !m.retry);
      const chain = run.messages.find((m) => m.type === 'Certificate' && !m.fromClient);
      if (answer?.type !== 'ServerHello') continue;
      byPorts.set(
        `${flow.client} ${flow.clientPort} ${flow.server} ${flow.serverPort}`,
        [
          cipherName(answer.cipher),
          hello?.type === 'ClientHello' ? (hello.serverName ?? '-') : '-',
          chain?.type === 'Certificate' ? (chain.chain[0]?.subject ?? '-') : '-',
        ].join(' | '),
      );
    }
    let equal = 0;
    const different: string[] = [];
    const comparable = rows.filter((r) => !r.version?.startsWith('DTLS') && r.cipher !== '-');
    for (const r of comparable) {
      const got = byPorts.get(`${r['id.orig_h']} ${r['id.orig_p']} ${r['id.resp_h']} ${r['id.resp_p']}`);
      const want = [r.cipher, r.server_name, r.subject?.replaceAll('\\\\', '\\')].join(' | ');
      if (got === want) equal++;
      else different.push(`${r['id.orig_p']} want ${want} got ${got}`);
    }
    console.log(`tls: ${equal} of ${comparable.length} sessions equal, ${messages} messages`, different);
    expect(equal).toBeGreaterThan(comparable.length * 0.9);
  });
});
