/** Who a TwinCAT system says it is: device info, states, target description, discovery answers. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink } from '../../core/observation.ts';
import { ascii } from '../../lib/bytes.ts';
import { SERVICE, TAG } from './discovery.ts';
import type { AdsDiscoveryMessage, AdsMessage, AnyAdsMessage } from './message.ts';
import { portText, SYSTEM_SERVICE_PORT, stateText } from './names.ts';
import type { AdsState } from './state.ts';

export const observeDevice = (
  at: At,
  answer: AdsMessage,
  endpoint: EndpointId,
  port: number,
  sink: ObservationSink,
): void => {
  const d = answer.detail;
  if (d?.kind !== 'device') return;
  const via = 'ADS Read Device Info';
  sink.identity(at, { endpoint, attribute: 'vendor', value: 'Beckhoff', confidence: 0.9, via });
  const value = `${d.name || portText(port)} ${d.major}.${d.minor}.${d.build}`;
  sink.identity(at, { endpoint, attribute: 'software', value, confidence: 1, via });
};

/** Said once per change: monitors ask several times a second. */
export const observeState = (
  at: At,
  answer: AdsMessage,
  endpoint: EndpointId,
  port: number,
  sink: ObservationSink,
  state: AdsState,
): void => {
  const d = answer.detail;
  if (d?.kind !== 'state' || state.modes.get(port) === d.adsState) return;
  state.modes.set(port, d.adsState);
  const text = stateText(d.adsState);
  if (port === SYSTEM_SERVICE_PORT)
    sink.identity(at, { endpoint, attribute: 'mode', value: text, confidence: 1, via: 'ADS Read State' });
  else
    sink.value(at, { target: endpoint, path: `${portText(port)} state`, type: 'state', value: text, access: 'read' });
};

/** Octets of a target description looked at: it is a page of XML. */
const MAX_DESCRIPTION = 4096;
const between = (text: string, element: string): string => {
  const open = text.indexOf(`<${element}>`);
  if (open < 0) return '';
  const from = open + element.length + 2;
  const close = text.indexOf(`</${element}>`, from);
  return close < 0 ? '' : text.slice(from, close).trim();
};
/** `<TcTargetDesc><TargetType>CX1020-CE</TargetType><TargetVersion><Version>2</Version>..`. */
export const observeTargetDescription = (
  at: At,
  data: Uint8Array,
  endpoint: EndpointId,
  sink: ObservationSink,
): void => {
  const text = ascii(data, 0, Math.min(data.length, MAX_DESCRIPTION));
  const via = 'ADS target description';
  const model = between(text, 'TargetType');
  if (model === '') return;
  sink.identity(at, { endpoint, attribute: 'model', value: model, confidence: 1, via });
  sink.identity(at, { endpoint, attribute: 'vendor', value: 'Beckhoff', confidence: 0.9, via });
  const [version, revision, build] = ['Version', 'Revision', 'Build'].map((x) => between(text, x));
  const value = [between(between(text, 'TargetVersion'), 'Version') || version, revision, build]
    .filter((x) => x !== '')
    .join('.');
  if (value !== '')
    sink.identity(at, { endpoint, attribute: 'software', value: `TwinCAT ${value}`, confidence: 1, via });
  const image = between(text, 'ImageVersion') || between(text, 'OsVersion');
  if (image !== '') sink.identity(at, { endpoint, attribute: 'firmware', value: image, confidence: 0.8, via });
};

const tag = (m: AdsDiscoveryMessage, id: number): string | undefined => {
  const found = m.tags.find((x) => x.id === id);
  return found === undefined ? undefined : String(found.value);
};

export const observeDiscovery = (t: Transaction<AnyAdsMessage>, sink: ObservationSink): void => {
  const request = t.request?.kind === 'discovery' ? t.request : undefined;
  const answer = t.response?.kind === 'discovery' ? t.response : undefined;
  const service = (request ?? answer)?.service;
  const target = t.at.server;
  if (answer) {
    const via = 'ADS discovery';
    const say = (attribute: Attribute, value: string | undefined): void => {
      if (value !== undefined && value !== '')
        sink.identity(t.at, { endpoint: target, attribute, value, confidence: 1, via });
    };
    sink.name(t.at, { endpoint: target, kind: 'other', name: answer.netId, via: 'AMS NetId' });
    if (service === SERVICE.SERVER_INFO) {
      say('hostname', tag(answer, TAG.COMPUTER));
      say('os', tag(answer, TAG.OS));
      const version = tag(answer, TAG.VERSION);
      if (version !== undefined) say('software', `TwinCAT ${version}`);
    }
  }
  if (service === SERVICE.SERVER_INFO) {
    sink.command(t.at, { verb: 'discover', operation: 'Server Info', target, outcome: outcomeOf(t, false) });
    return;
  }
  const status = answer === undefined ? undefined : tag(answer, TAG.STATUS);
  const failed = status !== undefined && status !== '0';
  const outcome = outcomeOf(t, failed);
  const reason = failed ? { reason: `status 0x${Number(status).toString(16)}` } : {};
  const user = request === undefined ? undefined : tag(request, TAG.USER);
  const who = user === undefined ? {} : { user };
  if (request !== undefined && tag(request, TAG.PASSWORD) !== undefined)
    sink.session(t.at, { phase: 'authenticate', outcome, ...who, clearCredential: true, detail: 'ADS route' });
  const route = request === undefined ? undefined : tag(request, TAG.ROUTE);
  sink.command(t.at, {
    verb: 'configure',
    operation: service === SERVICE.ADD_ROUTE ? 'Add Route' : 'ADS route service',
    target,
    outcome,
    ...reason,
    ...who,
    object: route === undefined ? undefined : `route ${route}`,
    value: route === undefined ? undefined : (tag(request!, TAG.NET_ID) ?? request!.netId),
  });
};
