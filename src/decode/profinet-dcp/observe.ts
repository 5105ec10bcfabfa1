/**
 * What DCP says. Identify and Hello name devices; Set changes name, address or resets. Verbs: Set of name, IP, DHCP or
 * gateway is `configure`; Set signal (flash) is `control`; both factory resets are `delete`, because they erase the stored
 * configuration of the device (the restart is its consequence). An Identify request has many answers by design, so
 * requests and answers are observed on their own and the command is `unconfirmed`.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Verb } from '../../core/observation.ts';
import { PROFINET_VENDORS } from '../shared/profinet-vendors.ts';
import {
  BLOCK_ERRORS,
  ROLE_IO_CONTROLLER,
  ROLE_IO_DEVICE,
  ROLE_MULTIDEVICE,
  ROLE_SUPERVISOR,
  resetModeText,
  roleText,
} from './names.ts';
import { type DcpBlock, type DcpMessage, SERVICE_GET, SERVICE_HELLO, SERVICE_IDENTIFY } from './wire.ts';

/** Role hint in the inventory's words. */
const roleHint = (bits: number): string | undefined =>
  bits & ROLE_IO_CONTROLLER
    ? 'plc'
    : bits & ROLE_SUPERVISOR
      ? 'engineering-station'
      : bits & (ROLE_IO_DEVICE | ROLE_MULTIDEVICE)
        ? 'remote-io'
        : undefined;

const identities = (m: DcpMessage, endpoint: EndpointId, at: At, sink: ObservationSink): void => {
  const via = m.type;
  const say = (attribute: Parameters<ObservationSink['identity']>[1]['attribute'], value: string, confidence = 1) => {
    if (value !== '') sink.identity(at, { endpoint, attribute, value, confidence, via });
  };
  for (const block of m.blocks) {
    if (block.text !== undefined) {
      if (block.name === 'name of station') {
        say('station-name', block.text);
        if (block.text !== '') sink.name(at, { endpoint, kind: 'profinet', name: block.text, via });
      } else if (block.name === 'type of station') say('device-type', block.text, 0.9);
      else if (block.name === 'DHCP host name') say('hostname', block.text, 0.8);
    }
    if (block.vendorId !== undefined && block.name === 'device ID') {
      const vendor = PROFINET_VENDORS.get(block.vendorId);
      if (vendor !== undefined) say('vendor', vendor);
    }
    if (block.name === 'device role' && block.number !== undefined) {
      const role = roleHint(block.number);
      // An IO device can be a drive, a switch or a panel as well as remote I/O.
      if (role !== undefined) say('role', role, role === 'remote-io' ? 0.4 : 0.7);
    }
    // BlockInfo bit 0..1: 0 not set; bit 7: conflict seen by the device itself (4.3.1.4.5).
    if (block.ip !== undefined && block.ip !== '0.0.0.0') {
      sink.name(at, { endpoint, kind: 'ip', name: block.ip, via });
      if (block.netmask !== undefined) say('netmask', block.netmask);
      if (block.gateway !== undefined && block.gateway !== '0.0.0.0' && block.gateway !== block.ip)
        say('gateway', block.gateway);
      if (block.qualifier >= 0x80)
        sink.weird(at, { code: 'profinet-dcp.ip-conflict', detail: `${block.ip} is also held by another device` });
    }
  }
};

const verbOf = (block: DcpBlock): Verb | undefined => {
  if (block.option !== 5) return 'configure';
  if (block.suboption === 3) return 'control';
  return block.suboption === 5 || block.suboption === 6 ? 'delete' : undefined; // start and end of a transaction: nothing
};

const valueSet = (block: DcpBlock): string | number | undefined => {
  if (block.name === 'reset to factory') return resetModeText(block.qualifier);
  if (block.ip !== undefined) return `${block.ip} ${block.netmask} ${block.gateway}`;
  return (
    block.text ??
    block.gateway ??
    block.mac ??
    (block.name === 'device role' ? roleText(block.number ?? 0) : block.number)
  );
};

const operationOf = (verb: Verb): string =>
  verb === 'configure' ? 'DCP Set' : verb === 'control' ? 'DCP Set signal' : 'DCP Set factory reset';

const set = (t: Transaction<DcpMessage>, sink: ObservationSink): void => {
  const target = t.response === undefined ? t.at.receiver : t.at.sender;
  const refusals = new Map<number, number>();
  for (const block of t.response?.blocks ?? [])
    if (block.answers !== undefined && block.error) refusals.set(block.answers, block.error);
  const unsupported = t.response?.serviceType === 5;
  const outcome = (error: number) => outcomeOf(t, error !== 0 || unsupported);
  const reason = (error: number) =>
    unsupported ? 'request not supported' : error ? (BLOCK_ERRORS[error] ?? `error ${error}`) : undefined;
  if (t.request === undefined) {
    // Only the answer was seen: what was set is known by option, not by value.
    for (const block of t.response?.blocks ?? []) {
      if (block.answers === undefined) continue;
      const asked = { option: block.answers >> 8, suboption: block.answers & 255 } as DcpBlock;
      const verb = verbOf(asked);
      if (verb === undefined) continue;
      const why = reason(block.error ?? 0);
      sink.command(t.at, {
        verb,
        operation: operationOf(verb),
        target,
        outcome: outcome(block.error ?? 0),
        reason: why ? why : undefined,
        native: block,
      });
    }
    return;
  }
  for (const block of t.request.blocks) {
    const verb = verbOf(block);
    if (verb === undefined) continue;
    const error = refusals.get(block.option * 256 + block.suboption) ?? 0;
    const why = reason(error);
    const value = valueSet(block);
    sink.command(t.at, {
      verb,
      operation: operationOf(verb),
      target,
      object: block.name,
      value,
      outcome: outcome(error),
      reason: why,
      native: block,
    });
    if (t.state !== 'answered' || error !== 0 || unsupported) continue;
    // Accepted: the device holds the new name or address now.
    if (block.name === 'name of station' && block.text)
      sink.name(t.at, { endpoint: target, kind: 'profinet', name: block.text, via: 'DCP Set' });
    if (block.ip !== undefined && block.ip !== '0.0.0.0')
      sink.name(t.at, { endpoint: target, kind: 'ip', name: block.ip, via: 'DCP Set' });
  }
};

export const observeDcp = (t: Transaction<DcpMessage>, sink: ObservationSink): void => {
  const m = t.response ?? t.request;
  if (m === undefined) return;
  if (m.cut) sink.weird(t.at, { code: 'profinet-dcp.cut', detail: 'a block runs beyond its PDU' });
  if (m.reserved !== undefined || m.blocks.some((x) => x.reserved !== undefined))
    sink.weird(t.at, { code: 'profinet-dcp.reserved', detail: 'reserved octets or padding that are not zero' });
  if (m.dropped > 0) sink.weird(t.at, { code: 'profinet-dcp.blocks', detail: 'more blocks than are kept' });
  if (m.service === SERVICE_IDENTIFY) {
    if (m.type === 'DCP Identify response') {
      identities(m, t.at.sender, t.at, sink);
      return;
    }
    const filter = m.blocks[0];
    const sought = filter?.text ?? filter?.name;
    sink.command(t.at, {
      verb: 'discover',
      operation: 'DCP Identify',
      target: t.at.receiver,
      outcome: 'unconfirmed',
      object: sought !== undefined ? (filter?.text === undefined ? sought : `${filter.name} ${sought}`) : undefined,
      native: m,
    });
    return;
  }
  if (m.service === SERVICE_HELLO) {
    identities(m, t.at.sender, t.at, sink);
    return;
  }
  if (m.service === SERVICE_GET) {
    const target = t.response === undefined ? t.at.receiver : t.at.sender;
    if (t.response !== undefined) identities(t.response, target, t.at, sink);
    sink.command(t.at, {
      verb: 'read',
      operation: 'DCP Get',
      target,
      object: m.blocks.map((x) => x.name).join(', '),
      outcome: outcomeOf(t, t.response?.serviceType === 5),
      reason: t.response?.serviceType === 5 ? 'request not supported' : undefined,
      native: t.response ?? t.request,
    });
    return;
  }
  if (m.type === 'DCP Set request' || m.type === 'DCP Set response') set(t, sink);
};
