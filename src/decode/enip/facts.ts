/**
 * What an answer says about the device that gave it: identity, host name, addresses, names of controller and modules.
 * Source: The CIP Networks Library Volume 1, section 5A-2 (Identity), Volume 2, 5-4 (TCP/IP Interface) and 5-5 (Ethernet
 * Link).
 */

import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink } from '../../core/observation.ts';
import { ipv4Text, macText } from '../../lib/address.ts';
import { ascii, i32le, paddedAscii, u16le } from '../../lib/bytes.ts';
import type { CipMessage } from './cip.ts';
import {
  controllerMode,
  decodeIdentity,
  IDENTITY_SIZE,
  type IdentityRecord,
  identityAttribute,
  stateName,
  statusFlags,
} from './identity.ts';
import { decodePccc, decodePcccReply } from './pccc.ts';
import type { EnipState } from './state.ts';
import { CLASS, SERVICE } from './verbs.ts';

/** One fact about `endpoint`, once until its value changes. */
const say = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  attribute: Attribute,
  value: string,
  via: string,
  state: EnipState,
): void => {
  if (value !== '' && state.isNews(`${attribute} ${endpoint}`, value))
    sink.identity(at, { endpoint, attribute, value, confidence: 1, via });
};

/** Rockwell catalogue numbers lead the product name: `1756-L61/B LOGIX5561`. */
const CATALOGUE = /^\d{4}[A-Z]?-[A-Z0-9]+(?:\/[A-Z])?/;
const orderNumberOf = (identity: IdentityRecord): string | undefined =>
  identity.vendorId === 1 ? CATALOGUE.exec(identity.productName)?.[0] : undefined;

/** All of an identity record about `endpoint`, once until it changes. */
export const sayIdentity = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  identity: IdentityRecord,
  via: string,
  state: EnipState,
): void => {
  const text = `${identity.vendorId} ${identity.productCode} ${identity.revision} ${identity.status} ${identity.serial} ${identity.productName} ${identity.state}`;
  if (!state.isNews(`identity ${endpoint} ${via}`, text)) return;
  say(sink, at, endpoint, 'vendor', identity.vendor, via, state);
  say(sink, at, endpoint, 'device-type', identity.deviceType, via, state);
  say(sink, at, endpoint, 'model', identity.productName, via, state);
  say(sink, at, endpoint, 'order-number', orderNumberOf(identity) ?? '', via, state);
  say(sink, at, endpoint, 'firmware', identity.revision, via, state);
  say(sink, at, endpoint, 'serial', identity.serial, via, state);
  const mode = modeOf(identity);
  if (mode !== '') say(sink, at, endpoint, 'mode', mode, via, state);
};

/** State and faults in words; the extended status of a controller (bits 4..7, Logix) tells run from program. */
const modeOf = (identity: IdentityRecord): string => {
  const words: string[] = [];
  const mode = identity.vendorId === 1 && identity.deviceTypeId === 14 ? controllerMode(identity.status) : '';
  if (mode !== '') words.push(mode);
  if (identity.state >= 0 && identity.state !== 255) words.push(stateName(identity.state));
  const flags = statusFlags(identity.status & 0x0f00);
  if (flags !== '') words.push(flags);
  return words.join(', ');
};

/** A slot of the rack that `holder` stands for, when `route` ends on a backplane (port 1, a numeric link). */
export const slotOf = (route: string): { readonly holderRoute: string; readonly slot: string } | undefined => {
  const comma = route.lastIndexOf(',');
  const last = route.slice(comma + 1);
  if (!last.startsWith('1/') || last.length < 3) return undefined;
  for (let i = 2; i < last.length; i++) {
    const c = last.charCodeAt(i);
    if (c < 0x30 || c > 0x39) return undefined;
  }
  return { holderRoute: comma < 0 ? '' : route.slice(0, comma), slot: last.slice(2) };
};

export const sayModule = (
  sink: ObservationSink,
  at: At,
  holder: EndpointId,
  slot: string,
  identity: IdentityRecord | undefined,
  via: string,
  state: EnipState,
): void => {
  const subject = `module ${holder} ${slot}`;
  if (identity === undefined) {
    // A module that identified itself before has not left the rack because one request was lost.
    if (state.said.has(subject) || !state.isNews(subject, '')) return;
    sink.module(at, { endpoint: holder, slot, present: false, via });
    return;
  }
  if (!state.isNews(subject, `${identity.serial} ${identity.revision} ${identity.productName}`)) return;
  const orderNumber = orderNumberOf(identity);
  sink.module(at, {
    endpoint: holder,
    slot,
    vendor: identity.vendor,
    model: identity.productName,
    ...(orderNumber === undefined ? {} : { orderNumber }),
    firmware: identity.revision,
    serial: identity.serial,
    present: true,
    via,
  });
};

/**
 * Facts in the answer `response` to `request` from `endpoint`. Returns the whole identity when that is what it holds.
 * Answers of objects that say nothing about the device return undefined and do nothing.
 */
export const sayFacts = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  request: CipMessage,
  response: CipMessage,
  state: EnipState,
): IdentityRecord | undefined => {
  const d = response.data;
  switch (request.path.lastClass) {
    case CLASS.IDENTITY:
      return sayIdentityAnswer(sink, at, endpoint, request, d, state);
    case CLASS.CONTROLLER_NAME:
      if (request.service === SERVICE.GET_ALL) sayController(sink, at, endpoint, d, state);
      return undefined;
    case CLASS.TCP_IP:
      sayTcpIp(sink, at, endpoint, request, d, state);
      return undefined;
    case CLASS.ETHERNET_LINK:
      // 5-5.3: speed 4, flags 4, physical address 6
      if (request.service === SERVICE.GET_ALL && d.length >= 14) sayMac(sink, at, endpoint, d, 8, state);
      else if (request.service === SERVICE.GET_SINGLE && request.path.attribute === 3 && d.length === 6)
        sayMac(sink, at, endpoint, d, 0, state);
      return undefined;
    case CLASS.PCCC:
      sayProcessor(sink, at, endpoint, request, d, state);
      return undefined;
    default:
      return undefined;
  }
};

const sayIdentityAnswer = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  request: CipMessage,
  d: Uint8Array,
  state: EnipState,
): IdentityRecord | undefined => {
  const via = `Identity ${request.path.instance}`;
  if (request.path.instance !== 1) return undefined; // further instances describe parts (firmware images, bridges)
  if (request.service === SERVICE.GET_ALL) {
    const identity = decodeIdentity(d, 0, d.length);
    if (identity !== undefined) sayIdentity(sink, at, endpoint, identity, via, state);
    return identity;
  }
  if (request.service === SERVICE.GET_SINGLE) {
    const fact = identityAttribute(request.path.attribute, d);
    if (fact !== undefined) say(sink, at, endpoint, fact.attribute, fact.value, via, state);
  } else if (request.service === SERVICE.GET_LIST && d.length >= 2) {
    // count, then attribute id, status, value
    let o = 2;
    for (let i = u16le(d, 0); i > 0 && o + 4 <= d.length; i--) {
      const id = u16le(d, o);
      const failed = u16le(d, o + 2) !== 0;
      const size = failed ? 0 : id === 7 ? 1 + (d[o + 4] ?? 0) : IDENTITY_SIZE[id];
      if (size === undefined) break; // an attribute of unknown length: what follows cannot be found
      const fact = failed ? undefined : identityAttribute(id, d.subarray(o + 4, o + 4 + size));
      if (fact !== undefined) say(sink, at, endpoint, fact.attribute, fact.value, via, state);
      o += 4 + size;
    }
  }
  return undefined;
};

/** Logix class 0x64 (seen): name and description as strings with a 16-bit length. */
const sayController = (sink: ObservationSink, at: At, endpoint: EndpointId, d: Uint8Array, state: EnipState) => {
  if (d.length < 2) return;
  const end = 2 + u16le(d, 0);
  if (end > d.length) return;
  const name = ascii(d, 2, end);
  say(sink, at, endpoint, 'module-name', name, 'class 0x64', state);
  const length = end + 2 <= d.length ? u16le(d, end) : 0;
  if (length > 0 && end + 2 + length <= d.length)
    say(sink, at, endpoint, 'description', ascii(d, end + 2, end + 2 + length), 'class 0x64', state);
};

const sayMac = (sink: ObservationSink, at: At, endpoint: EndpointId, d: Uint8Array, o: number, state: EnipState) => {
  const name = macText(d, o);
  if (state.isNews(`mac ${endpoint}`, name)) sink.name(at, { endpoint, kind: 'mac', name, via: 'Ethernet Link' });
};

/** 5-4.3.2.5: address, mask, gateway, two name servers (UDINT each), domain name (STRING). */
export const interfaceConfiguration = (d: Uint8Array, o: number) =>
  d.length < o + 22
    ? undefined
    : {
        ip: ipv4Text(i32le(d, o)),
        netmask: ipv4Text(i32le(d, o + 4)),
        gateway: ipv4Text(i32le(d, o + 8)),
        domain: paddedAscii(d, o + 22, Math.min(d.length, o + 22 + u16le(d, o + 20))),
        end: o + 22 + u16le(d, o + 20) + (u16le(d, o + 20) & 1),
      };

const sayTcpIp = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  request: CipMessage,
  d: Uint8Array,
  state: EnipState,
) => {
  let o = -1;
  let host = -1;
  if (request.service === SERVICE.GET_SINGLE) {
    if (request.path.attribute === 5) o = 0;
    else if (request.path.attribute === 6) host = 0;
  } else if (request.service === SERVICE.GET_ALL && d.length >= 14) {
    o = 14 + 2 * u16le(d, 12); // status 4, capability 4, control 4, path words 2, path
  }
  const via = 'TCP/IP Interface';
  if (o >= 0) {
    const c = interfaceConfiguration(d, o);
    if (c === undefined) return;
    if (request.service === SERVICE.GET_ALL) host = c.end;
    if (state.isNews(`ip ${endpoint}`, `${c.ip} ${c.netmask} ${c.gateway} ${c.domain}`)) {
      if (c.ip !== '0.0.0.0') sink.name(at, { endpoint, kind: 'ip', name: c.ip, via });
      if (c.netmask !== '0.0.0.0') say(sink, at, endpoint, 'netmask', c.netmask, via, state);
      if (c.gateway !== '0.0.0.0') say(sink, at, endpoint, 'gateway', c.gateway, via, state);
      say(sink, at, endpoint, 'domain', c.domain, via, state);
    }
  }
  if (host >= 0 && d.length >= host + 2) {
    const name = paddedAscii(d, host + 2, Math.min(d.length, host + 2 + u16le(d, host)));
    say(sink, at, endpoint, 'hostname', name, via, state);
  }
};

/** PCCC Diagnostic Status (1770-6.5.16, chapter 10): the catalogue number of an SLC or MicroLogix stands at octets 5..15. */
const sayProcessor = (
  sink: ObservationSink,
  at: At,
  endpoint: EndpointId,
  request: CipMessage,
  d: Uint8Array,
  state: EnipState,
) => {
  const command = decodePccc(request.data);
  if (command === undefined || command.command !== 0x06 || command.fnc !== 0x03) return;
  const reply = decodePcccReply(d);
  if (reply === undefined || reply.status !== 0) return;
  const o = reply.dataStart;
  // mode 1, type extender 0xee, interface type 1, processor type 1, series/revision 1, name 11
  if (d.length < o + 16 || d[o + 1] !== 0xee) return;
  const model = ascii(d, o + 5, o + 16).trim();
  const series = `series ${String.fromCharCode(0x41 + (d[o + 4]! >> 5))}`;
  const via = 'PCCC Diagnostic Status';
  say(sink, at, endpoint, 'vendor', 'Rockwell Automation/Allen-Bradley', via, state);
  say(sink, at, endpoint, 'model', model, via, state);
  say(sink, at, endpoint, 'hardware', series, via, state);
};
