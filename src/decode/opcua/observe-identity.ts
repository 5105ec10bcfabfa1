/** Who the two ends are: what applications, endpoints and certificates say, and what is read of the Server object. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { decodeCertificate } from '../shared/x509.ts';
import { bodyOf, type DataValue, type LocalizedText, type NodeId, nodeIdText, standardId } from './builtin.ts';
import { applicationTypeName, NAMEPLATE, NODE, securityModeName, serverStateName, tokenTypeName } from './names.ts';
import { MAX_NAMEPLATE_NODES, MAX_NAMESPACES, type OpcuaState } from './state.ts';
import {
  type ApplicationDescription,
  buildInfo,
  type EndpointDescription,
  type ServerOnNetwork,
  serverStatus,
} from './structures.ts';
import { scalarValue, variantTexts } from './values.ts';
import { policyName } from './wire.ts';

/** Descriptions of one answer that are looked at. */
const MAX_DESCRIPTIONS = 64;

const say = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  attribute: Attribute,
  value: string | null | undefined,
  confidence: number,
  via: string,
  state: OpcuaState,
): void => {
  if (value && state.isNews(`${endpoint} ${attribute} ${via}`, value))
    sink.identity(at, { endpoint, attribute, value, confidence, via });
};

/** Host of `opc.tcp://host:port/path`; IPv6 without its brackets. */
const hostOf = (url: string): string => {
  const from = url.indexOf('://');
  if (from < 0) return '';
  const rest = url.slice(from + 3);
  if (rest.startsWith('[')) return rest.slice(1, Math.max(1, rest.indexOf(']')));
  let n = 0;
  while (n < rest.length && rest[n] !== ':' && rest[n] !== '/') n++;
  return rest.slice(0, n);
};
const isIp = (host: string): boolean => {
  if (host.includes(':')) return true;
  if (host === '') return false;
  for (let i = 0; i < host.length; i++) {
    const c = host.charCodeAt(i);
    if (c !== 0x2e && (c < 0x30 || c > 0x39)) return false;
  }
  return true;
};
/** A name that other hosts could use for this one. */
const isName = (host: string): boolean =>
  host.length > 0 && host.length <= 253 && host !== 'localhost' && !isIp(host) && !/[^A-Za-z0-9._-]/.test(host);

const textOf = (text: LocalizedText | undefined): string => text?.text ?? '';

/** An application and what it is. */
export const sayApplication = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  application: ApplicationDescription,
  via: string,
  state: OpcuaState,
): void => {
  say(sink, at, endpoint, 'software', textOf(application.applicationName), 0.8, via, state);
  say(sink, at, endpoint, 'role', applicationTypeName(application.applicationType), 0.8, via, state);
  const uris = [application.applicationUri, application.productUri].filter(Boolean).join(', ');
  say(sink, at, endpoint, 'description', uris, 0.5, `${via} URIs`, state);
};

/** A certificate in DER (a chain may follow it). */
export const sayCertificate = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  der: Uint8Array | null,
  via: string,
  state: OpcuaState,
): void => {
  if (der === null || der.length === 0) return;
  const certificate = decodeCertificate(der, 0, der.length);
  if (certificate === undefined) return;
  if (!state.isNews(`${endpoint} certificate`, certificate.sha256)) return;
  sink.identity(at, {
    endpoint,
    attribute: 'certificate-subject',
    value: certificate.subject,
    confidence: 0.95,
    via,
  });
  let left = 16;
  for (const name of certificate.dnsNames)
    if (left-- > 0 && isName(name)) sink.name(at, { endpoint, kind: 'dns', name, via });
};

/** Endpoints that a server offers (GetEndpoints, CreateSession): the server, its names, and how well it can be protected. */
export const sayEndpoints = (
  sink: ObservationSink,
  at: At,
  endpoints: readonly EndpointDescription[],
  via: string,
  state: OpcuaState,
): void => {
  const offers: string[] = [];
  for (const e of endpoints.slice(0, MAX_DESCRIPTIONS)) {
    sayApplication(sink, at, at.server, e.server, via, state);
    sayCertificate(sink, at, at.server, e.serverCertificate, `${via} certificate`, state);
    for (const url of [e.endpointUrl, ...(e.server.discoveryUrls ?? []).slice(0, MAX_DESCRIPTIONS)]) {
      const host = hostOf(url ?? '');
      if (isName(host) && state.isNews(`${at.server} name ${host}`, via))
        sink.name(at, { endpoint: at.server, kind: 'dns', name: host, via });
    }
    const tokens = (e.userIdentityTokens ?? []).slice(0, 8);
    const users = tokens.map((t) => tokenTypeName(t.tokenType)).join('/');
    offers.push(`${policyName(e.securityPolicyUri)} ${securityModeName(e.securityMode)} ${users}`);
  }
  if (offers.length === 0) return;
  say(sink, at, at.server, 'protection', [...new Set(offers)].join('; '), 0.9, via, state);
};

/** An address that means the same to everybody. */
const isElsewhere = (host: string): boolean =>
  isIp(host) && !host.startsWith('127.') && host !== '::1' && host !== '0.0.0.0';

/** Servers that a discovery server knows: those whose URL holds an address can be told apart. */
export const sayServers = (
  sink: ObservationSink,
  at: At,
  servers: readonly ApplicationDescription[],
  via: string,
  state: OpcuaState,
): void => {
  for (const server of servers.slice(0, MAX_DESCRIPTIONS)) {
    const host = (server.discoveryUrls ?? [])
      .slice(0, MAX_DESCRIPTIONS)
      .map((url) => hostOf(url ?? ''))
      .find(isIp);
    if (host !== undefined && isElsewhere(host))
      sayApplication(sink, at, sink.mention(at, undefined, host), server, via, state);
    else if (servers.length === 1) sayApplication(sink, at, at.server, server, via, state);
  }
};

/** Servers that announced themselves by multicast DNS: a name and an address. */
export const sayNetworkServers = (
  sink: ObservationSink,
  at: At,
  servers: readonly ServerOnNetwork[],
  state: OpcuaState,
): void => {
  for (const { serverName, discoveryUrl } of servers.slice(0, MAX_DESCRIPTIONS)) {
    const host = hostOf(discoveryUrl ?? '');
    if (isElsewhere(host))
      say(
        sink,
        at,
        sink.mention(at, undefined, host),
        'software',
        serverName,
        0.5,
        'OPC UA FindServersOnNetwork',
        state,
      );
  }
};

const BUILD: ReadonlyMap<number, Attribute> = new Map<number, Attribute>([
  [NODE.PRODUCT_NAME, 'model'],
  [NODE.MANUFACTURER_NAME, 'vendor'],
  [NODE.SOFTWARE_VERSION, 'firmware'],
]);

/** The value of a node of the Server object, when it says who the server is. */
export const sayServerFact = (
  sink: ObservationSink,
  at: At,
  node: NodeId,
  data: DataValue,
  via: string,
  state: OpcuaState,
): void => {
  const id = standardId(node);
  if (id < 0) {
    if (state.nameplate.size > 0) sayNameplate(sink, at, node, data, via, state);
    return;
  }
  if (id < NODE.SERVER_ARRAY || id > NODE.BUILD_NUMBER || data.value === undefined) return;
  const { server } = at;
  const attribute = BUILD.get(id);
  const first = data.value.values?.[0];
  if (attribute !== undefined) {
    say(sink, at, server, attribute, String(scalarValue(data.value.type, first) ?? ''), 0.9, via, state);
    return;
  }
  switch (id) {
    case NODE.BUILD_NUMBER:
      say(sink, at, server, 'description', buildText(scalarValue(data.value.type, first)), 0.7, via, state);
      return;
    case NODE.STATE:
      if (typeof first === 'number') say(sink, at, server, 'mode', serverStateName(first), 0.9, via, state);
      return;
    case NODE.NAMESPACE_ARRAY: {
      const texts = variantTexts(data.value);
      if (texts !== undefined && data.value.array) state.namespaces = texts.slice(0, MAX_NAMESPACES);
      return;
    }
    case NODE.SERVER_ARRAY: {
      // The first one is the server itself (OPC 10000-5 section 6.3.1).
      const texts = variantTexts(data.value);
      say(sink, at, server, 'description', texts?.[0], 0.5, `${via} ServerArray`, state);
      return;
    }
    case NODE.SERVER_STATUS:
    case NODE.BUILD_INFO: {
      const object = typeof first === 'object' && first !== null && 'typeName' in first ? first : undefined;
      const status = bodyOf(object, serverStatus);
      const build = status?.buildInfo ?? bodyOf(object, buildInfo);
      if (status !== undefined) say(sink, at, server, 'mode', serverStateName(status.state), 0.9, via, state);
      if (build === undefined) return;
      say(sink, at, server, 'vendor', build.manufacturerName, 0.9, via, state);
      say(sink, at, server, 'model', build.productName, 0.9, via, state);
      say(sink, at, server, 'firmware', build.softwareVersion, 0.9, via, state);
      say(sink, at, server, 'description', buildText(build.buildNumber ?? ''), 0.7, via, state);
      return;
    }
    default:
  }
};
const buildText = (build: unknown): string => (build ? `build ${String(build)}` : '');

const PLATE = tableOf<Attribute>({
  Manufacturer: 'vendor',
  Model: 'model',
  SerialNumber: 'serial',
  ProductCode: 'order-number',
  OrderNumber: 'order-number',
  HardwareRevision: 'hardware',
  SoftwareRevision: 'firmware',
  DeviceRevision: 'firmware',
});

/** Remembers a browsed node whose name is one of the nameplate. */
export const noteNameplate = (owner: NodeId, node: NodeId, browseName: string | null, state: OpcuaState): void => {
  if (browseName === null || !NAMEPLATE.has(browseName) || state.nameplate.size >= MAX_NAMEPLATE_NODES) return;
  state.nameplate.set(nodeIdText(node), { property: browseName, owner: nodeIdText(owner) });
};

const sayNameplate = (
  sink: ObservationSink,
  at: At,
  node: NodeId,
  data: DataValue,
  via: string,
  state: OpcuaState,
): void => {
  const plate = state.nameplate.get(nodeIdText(node));
  if (plate === undefined || data.value === undefined) return;
  const value = scalarValue(data.value.type, data.value.values?.[0]);
  if (value === undefined || value === '') return;
  // The devices that a server speaks for are addresses behind it: it may be a gateway for many.
  const endpoint = sink.child(at.server, 'other', plate.owner, true);
  say(sink, at, endpoint, PLATE[plate.property]!, String(value), 0.8, `${via} ${plate.property}`, state);
};
