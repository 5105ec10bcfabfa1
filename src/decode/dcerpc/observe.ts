/** What DCE/RPC says: who binds which interface of whom, as which user, and which operation is called with what outcome. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { PTYPE, rpcStatusText } from '../shared/dcerpc.ts';
import { INTERFACES, NDR, NDR64 } from './interfaces.ts';
import { interfaceTitle, type RpcMessage, type RpcState } from './wire.ts';

/** [C706] 12.6.4.5: p_reject_reason_t. */
const NAK: Readonly<Record<number, string>> = {
  1: 'temporary congestion',
  2: 'local limit exceeded',
  4: 'protocol version not supported',
  8: 'authentication type not recognised',
  9: 'invalid checksum',
};
const OPC_VIA = 'OPC Classic interface bound';

const observeBind = (t: Transaction<RpcMessage>, sink: ObservationSink, state: RpcState): void => {
  const { request, response, at } = t;
  const nak = response?.packetType === PTYPE.BIND_NAK;
  const offered = request?.contexts ?? [];
  const accepted = offered.filter((_, i) => response?.results[i] === 0);
  const refused =
    response !== undefined &&
    (nak || response.packetType === PTYPE.FAULT || (offered.length > 0 && accepted.length === 0));
  if (request?.user) state.user = request.user;
  const named = [
    ...new Set(
      (accepted.length > 0 ? accepted : offered)
        .filter((c) => c.transfer === NDR || c.transfer === NDR64 || INTERFACES.has(c.interface))
        .map((c) => interfaceTitle(c.interface)),
    ),
  ];
  const why = nak
    ? `: ${NAK[response.status] ?? `reason ${response.status}`}`
    : response?.packetType === PTYPE.FAULT
      ? `: ${rpcStatusText(response.status)}`
      : '';
  sink.session(at, {
    phase: 'open',
    outcome: outcomeOf(t, refused),
    ...(state.user === '' ? {} : { user: state.user }),
    detail: `interface ${named.join(', ') || 'not known'}${why}`,
    native: {
      contexts: offered,
      secondaryAddress: response?.secondaryAddress ?? '',
      authentication: request?.authentication ?? '',
    },
  });
  if (accepted.some((c) => INTERFACES.get(c.interface)?.opc))
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'software',
      value: 'OPC Classic server',
      confidence: 0.8,
      via: OPC_VIA,
    });
};

export const observeRpc = (t: Transaction<RpcMessage>, sink: ObservationSink, state: RpcState): void => {
  const { request, response, at } = t;
  const message = request ?? response!;
  switch (message.packetType) {
    case PTYPE.BIND:
    case PTYPE.ALTER_CONTEXT:
    case PTYPE.BIND_ACK:
    case PTYPE.BIND_NAK:
    case PTYPE.ALTER_CONTEXT_RESP:
      observeBind(t, sink, state);
      return;
    case PTYPE.AUTH3:
      if (message.user !== '') {
        state.user = message.user;
        // The server answers with the call's result, not with one of the login.
        sink.session(at, { phase: 'authenticate', outcome: 'unconfirmed', user: message.user, detail: 'DCE/RPC NTLM' });
        if (message.workstation !== '')
          sink.name(at, { endpoint: at.client, kind: 'netbios', name: message.workstation, via: 'NTLM' });
      }
      return;
    case PTYPE.REQUEST:
    case PTYPE.RESPONSE:
    case PTYPE.FAULT:
      break;
    default:
      return;
  }
  const known = INTERFACES.get(message.interface);
  const operation = request === undefined ? undefined : known?.operations.get(request.opnum);
  // Answers to calls that were not seen say which interface, not which operation.
  if (request === undefined) return;
  const fault = response?.packetType === PTYPE.FAULT;
  sink.command(at, {
    verb: operation?.verb ?? 'invoke',
    operation: operation?.name ?? (known === undefined ? 'DCE/RPC call' : known.name),
    target: at.server,
    ...(operation === undefined && {
      object:
        `${known === undefined ? message.interface || 'interface not known' : ''} operation ${request.opnum}`.trim(),
    }),
    outcome: outcomeOf(t, fault),
    reason: fault ? rpcStatusText(response.status) : undefined,
    user: state.user !== '' ? state.user : undefined,
  });
};
