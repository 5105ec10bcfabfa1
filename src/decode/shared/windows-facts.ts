/** What an NTLM exchange says about the hosts, for SMB and HTTP alike. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { type NtlmAuthenticate, type NtlmChallenge, windowsName } from './ntlm.ts';

/** A challenge is the server describing itself. */
export const challengeFacts = (at: At, sink: ObservationSink, endpoint: EndpointId, c: NtlmChallenge): void => {
  const via = 'NTLM challenge';
  if (c.netbiosComputer) {
    sink.name(at, { endpoint, kind: 'netbios', name: c.netbiosComputer, via });
    sink.identity(at, { endpoint, attribute: 'hostname', value: c.netbiosComputer, confidence: 0.95, via });
  }
  if (c.dnsComputer) sink.name(at, { endpoint, kind: 'dns', name: c.dnsComputer, via });
  const domain = c.dnsDomain || c.netbiosDomain;
  if (domain) sink.identity(at, { endpoint, attribute: 'domain', value: domain, confidence: 0.9, via });
  if (c.osVersion)
    sink.identity(at, { endpoint, attribute: 'os', value: windowsName(c.osVersion), confidence: 0.8, via });
};

/** An authentication carries the name of the workstation it was typed at. */
export const authenticateFacts = (at: At, sink: ObservationSink, endpoint: EndpointId, a: NtlmAuthenticate): void => {
  const via = 'NTLM authenticate';
  if (a.workstation !== '' && /^[\w.-]+$/.test(a.workstation)) {
    sink.name(at, { endpoint, kind: 'netbios', name: a.workstation, via });
    sink.identity(at, { endpoint, attribute: 'hostname', value: a.workstation, confidence: 0.8, via });
  }
  if (a.osVersion)
    sink.identity(at, { endpoint, attribute: 'os', value: windowsName(a.osVersion), confidence: 0.7, via });
};
