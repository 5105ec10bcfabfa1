/**
 * What a TLS handshake says: who asked for which name, how well the channel is protected, and whose certificate came
 * back. The content is out of sight; the conduit is marked as encrypted.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import type { TlsState } from './index.ts';
import { alertName, cipherName, groupName, versionName } from './registry.ts';
import type { TlsMessage } from './wire.ts';

const isHostName = (name: string): boolean => /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name);

export const observeTls = (transaction: Transaction<TlsMessage>, sink: ObservationSink, state: TlsState): void => {
  const message = transaction.request ?? transaction.response;
  if (!message) return;
  const { at } = transaction;
  switch (message.type) {
    case 'ClientHello':
      state.hello = message;
      if (message.serverName !== undefined && isHostName(message.serverName))
        sink.name(at, { endpoint: at.server, kind: 'dns', name: message.serverName, via: 'TLS server name' });
      return;
    case 'ServerHello': {
      if (message.retry) return;
      const { hello } = state;
      sink.session(at, {
        phase: 'open',
        outcome: 'accepted',
        detail: `${versionName(message.version)} ${cipherName(message.cipher)}`,
        native: {
          version: versionName(message.version),
          cipher: cipherName(message.cipher),
          alpn: message.alpn,
          group: message.group === undefined ? undefined : groupName(message.group),
          serverName: hello?.serverName,
          ja3: hello?.ja3,
          ja3s: message.ja3s,
          ja4: hello?.ja4,
        },
      });
      // RFC 8996 and RFC 7568 forbid everything before TLS 1.2.
      if (message.version < 0x0303 || message.version === 0xfeff)
        sink.weird(at, { code: 'tls.obsolete-version', detail: versionName(message.version) });
      if (/NULL|EXPORT|RC4|anon|_DES_/.test(cipherName(message.cipher)))
        sink.weird(at, { code: 'tls.weak-cipher', detail: cipherName(message.cipher) });
      return;
    }
    case 'Certificate': {
      const own = message.chain[0];
      if (!own) return;
      const endpoint = at.sender;
      const via = message.fromClient ? 'TLS client certificate' : 'TLS certificate';
      sink.identity(at, { endpoint, attribute: 'certificate-subject', value: own.subject, confidence: 0.95, via });
      // A root that is sent along signs itself too; a lone certificate that does is vouched for by nobody.
      if (!message.fromClient && own.selfSigned && message.sent === 1)
        sink.weird(at, { code: 'tls.self-signed', detail: own.subject });
      if (message.fromClient)
        sink.session(at, { phase: 'authenticate', outcome: 'unseen', user: own.subject, native: own });
      let left = 16;
      for (const name of own.dnsNames.length > 0 ? own.dnsNames : [own.commonName])
        if (left-- > 0 && isHostName(name) && !message.fromClient)
          sink.name(at, { endpoint, kind: 'dns', name, via: 'TLS certificate' });
      return;
    }
    case 'Alert':
      if (message.fatal)
        sink.session(at, { phase: 'close', outcome: 'refused', detail: `TLS alert ${alertName(message.alert)}` });
      return;
    case 'OldServerHello':
      if (message.certificate)
        sink.identity(at, {
          endpoint: at.sender,
          attribute: 'certificate-subject',
          value: message.certificate.subject,
          confidence: 0.95,
          via: 'SSL 2.0 certificate',
        });
      sink.weird(at, { code: 'tls.obsolete-version', detail: versionName(message.version) });
      return;
    case 'OldMasterKey': {
      const cipher = cipherName(message.kind);
      sink.session(at, {
        phase: 'open',
        outcome: 'accepted',
        detail: `SSLv2 ${cipher}`,
        native: { version: 'SSLv2', cipher },
      });
      if (/EXPORT|RC4|RC2|DES_64/.test(cipher)) sink.weird(at, { code: 'tls.weak-cipher', detail: cipher });
      return;
    }
    case 'OldClientHello':
    case 'ServerKeyExchange':
      return;
  }
};
