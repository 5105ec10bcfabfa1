/** What an OPC UA exchange says in the common vocabulary: who asked what of which server, and how it ended. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { decodeCertificate } from '../shared/x509.ts';
import { bodyOf, nodeIdText } from './builtin.ts';
import { nodeName, tokenTypeName } from './names.ts';
import {
  observeCall,
  observeCreateItems,
  observeHistoryRead,
  observeHistoryUpdate,
  observeNotification,
  observeRead,
  observeWrite,
  sayOperation,
  serviceResult,
  someOf,
} from './observe-data.ts';
import {
  noteNameplate,
  sayApplication,
  sayCertificate,
  sayEndpoints,
  sayNetworkServers,
  sayServers,
} from './observe-identity.ts';
import type { OpcuaState } from './state.ts';
import { isBad, statusText } from './status-codes.ts';
import * as T from './structures.ts';
import { type OpcuaMessage, policyName, type ServiceMessage } from './wire.ts';

type Exchange = Transaction<OpcuaMessage>;
type Of<K extends ServiceMessage['type']> = Extract<ServiceMessage, { type: K }>;

/** The response when it is the one that belongs to the request, and not a fault. */
const answerOf = <K extends ServiceMessage['type']>(transaction: Exchange, type: K): Of<K> | undefined =>
  transaction.response?.type === type ? (transaction.response as Of<K>) : undefined;

export const observe = (transaction: Exchange, sink: ObservationSink, state: OpcuaState): void => {
  const message = transaction.request ?? transaction.response;
  if (message === undefined) return;
  const { at } = transaction;
  if ('trailing' in message && message.trailing > 0 && state.policy === 'None')
    sink.weird(at, { code: 'opcua.trailing-octets', detail: `${message.trailing} octets behind ${message.type}` });
  switch (message.type) {
    case 'Hello':
      state.endpointUrl = message.endpointUrl ?? '';
      return;
    case 'Error':
    case 'Abort':
      sink.weird(at, { code: 'opcua.error', detail: `${statusText(message.error)} ${message.reason ?? ''}`.trim() });
      return;
    case 'Reverse Hello':
      sink.session(at, {
        phase: 'open',
        outcome: 'unconfirmed',
        detail: `reverse connection of ${message.serverUri ?? 'a server'} for ${message.endpointUrl ?? ''}`,
        native: message,
      });
      return;
    case 'Encrypted chunk':
      if (message.header.asymmetric !== undefined) observeSecureOpen(transaction, message, sink, state);
      return;
    case 'Damaged message':
      sink.weird(at, { code: 'opcua.body', detail: `${message.service} is cut` });
      return;
    case 'Acknowledge':
    case 'Message chunk':
    case 'Unknown service':
      return;
    default:
      observeService(transaction, message, sink, state);
  }
};

/** OPN that is encrypted: the policy and the certificates are in clear. */
const observeSecureOpen = (
  transaction: Exchange,
  message: Extract<OpcuaMessage, { type: 'Encrypted chunk' }>,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { at } = transaction;
  const { asymmetric } = message.header;
  const own = at.sender === at.server ? 'server' : 'client';
  sayCertificate(sink, at, at.sender, asymmetric!.senderCertificate, `OPC UA ${own} certificate`, state);
  const policy = policyName(asymmetric!.securityPolicyUri);
  if (state.isNews(`secure channel ${own}`, policy) && own === 'server')
    sink.session(at, {
      phase: 'open',
      outcome: 'accepted',
      detail: `secure channel ${policy}`,
      native: message.header,
    });
  if (OBSOLETE.has(policy) && state.isNews('obsolete policy', policy))
    sink.weird(at, { code: 'opcua.obsolete-policy', detail: policy });
};
/** OPC 10000-7 section 6.6 withdraws both: they rest on SHA-1. */
const OBSOLETE = new Set(['Basic128Rsa15', 'Basic256']);

/** Services that are told by their name alone. */
const PLAIN: Readonly<Partial<Record<ServiceMessage['type'], readonly [Verb, string]>>> = {
  FindServersRequest: ['discover', 'FindServers'],
  FindServersOnNetworkRequest: ['discover', 'FindServersOnNetwork'],
  GetEndpointsRequest: ['discover', 'GetEndpoints'],
  CancelRequest: ['invoke', 'Cancel'],
  BrowseNextRequest: ['discover', 'BrowseNext'],
  QueryNextRequest: ['discover', 'QueryNext'],
  QueryFirstRequest: ['discover', 'QueryFirst'],
  CreateSubscriptionRequest: ['subscribe', 'CreateSubscription'],
  SetPublishingModeRequest: ['subscribe', 'SetPublishingMode'],
  TransferSubscriptionsRequest: ['subscribe', 'TransferSubscriptions'],
};

const observeService = (
  transaction: Exchange,
  message: ServiceMessage,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { at } = transaction;
  const plain = PLAIN[message.type];
  if (plain !== undefined) sayOperation(sink, transaction, state, plain[0], plain[1], undefined, undefined);
  switch (message.type) {
    case 'OpenSecureChannelRequest':
      observeOpen(transaction, message, sink);
      return;
    case 'CloseSecureChannelRequest':
      sink.session(at, { phase: 'close', outcome: 'unconfirmed', detail: 'secure channel', native: message });
      return;
    case 'FindServersRequest': {
      const servers = answerOf(transaction, 'FindServersResponse')?.body.servers;
      if (servers) sayServers(sink, at, servers, 'OPC UA FindServers', state);
      return;
    }
    case 'FindServersResponse':
      if (message.body.servers) sayServers(sink, at, message.body.servers, 'OPC UA FindServers', state);
      return;
    case 'FindServersOnNetworkRequest': {
      const servers = answerOf(transaction, 'FindServersOnNetworkResponse')?.body.servers;
      if (servers) sayNetworkServers(sink, at, servers, state);
      return;
    }
    case 'GetEndpointsRequest': {
      const endpoints = answerOf(transaction, 'GetEndpointsResponse')?.body.endpoints;
      if (endpoints) sayEndpoints(sink, at, endpoints, 'OPC UA GetEndpoints', state);
      return;
    }
    case 'GetEndpointsResponse':
      if (message.body.endpoints) sayEndpoints(sink, at, message.body.endpoints, 'OPC UA GetEndpoints', state);
      return;
    case 'RegisterServerRequest':
    case 'RegisterServer2Request':
      observeRegister(transaction, message, sink, state);
      return;
    case 'CreateSessionRequest':
    case 'CreateSessionResponse':
      observeCreateSession(transaction, message, sink, state);
      return;
    case 'ActivateSessionRequest':
      observeActivate(transaction, message, sink, state);
      return;
    case 'CloseSessionRequest':
      sink.session(at, {
        phase: 'close',
        outcome: outcomeOf(transaction, isBad(serviceResult(transaction.response))),
        ...(state.user === undefined ? {} : { user: state.user }),
        detail: message.body.deleteSubscriptions ? 'session and its subscriptions' : 'session',
        native: message,
      });
      state.user = undefined;
      if (message.body.deleteSubscriptions) state.forgetAll();
      return;
    case 'ReadRequest':
      observeRead(transaction, message, answerOf(transaction, 'ReadResponse'), sink, state);
      return;
    case 'WriteRequest':
      observeWrite(transaction, message, answerOf(transaction, 'WriteResponse'), sink, state);
      return;
    case 'HistoryReadRequest':
      observeHistoryRead(transaction, message, answerOf(transaction, 'HistoryReadResponse'), sink, state);
      return;
    case 'HistoryUpdateRequest':
      observeHistoryUpdate(transaction, message, answerOf(transaction, 'HistoryUpdateResponse'), sink, state);
      return;
    case 'CallRequest':
      observeCall(transaction, message, answerOf(transaction, 'CallResponse'), sink, state);
      return;
    case 'PublishResponse':
      observeNotification(at, message.body.subscriptionId, message.body.notificationMessage, sink, state);
      return;
    case 'RepublishRequest': {
      const answer = answerOf(transaction, 'RepublishResponse');
      sayOperation(sink, transaction, state, 'subscribe', 'Republish', undefined, undefined);
      if (answer) observeNotification(at, message.body.subscriptionId, answer.body.notificationMessage, sink, state);
      return;
    }
    default:
      if (!observeNodes(transaction, message, sink, state)) observeItems(transaction, message, sink, state);
  }
};

const observeOpen = (transaction: Exchange, message: Of<'OpenSecureChannelRequest'>, sink: ObservationSink): void => {
  const renew = message.body.requestType === 1;
  // A renewal every hour is no news.
  if (renew && !isBad(serviceResult(transaction.response))) return;
  const refused = isBad(serviceResult(transaction.response));
  sink.session(transaction.at, {
    phase: 'open',
    outcome: outcomeOf(transaction, refused),
    detail: `secure channel without security${refused ? `: ${statusText(serviceResult(transaction.response))}` : ''}`,
    native: message,
  });
};

const observeRegister = (
  transaction: Exchange,
  message: Of<'RegisterServerRequest'> | Of<'RegisterServer2Request'>,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { server } = message.body;
  const operation = message.type === 'RegisterServerRequest' ? 'RegisterServer' : 'RegisterServer2';
  sayOperation(sink, transaction, state, 'configure', operation, server.serverUri ?? undefined, undefined);
  // Who registers is itself the server.
  const description = {
    applicationUri: server.serverUri,
    productUri: server.productUri,
    applicationName: server.serverNames?.[0] ?? { mask: 0, locale: null, text: null },
    applicationType: server.serverType,
    gatewayServerUri: server.gatewayServerUri,
    discoveryProfileUri: null,
    discoveryUrls: server.discoveryUrls,
  };
  sayApplication(sink, transaction.at, transaction.at.client, description, `OPC UA ${operation}`, state);
};

const observeCreateSession = (
  transaction: Exchange,
  message: Of<'CreateSessionRequest'> | Of<'CreateSessionResponse'>,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { at } = transaction;
  const via = 'OPC UA CreateSession';
  const answer = answerOf(transaction, 'CreateSessionResponse');
  if (message.type === 'CreateSessionRequest') {
    const { clientDescription, clientCertificate, sessionName } = message.body;
    sayApplication(sink, at, at.client, clientDescription, via, state);
    sayCertificate(sink, at, at.client, clientCertificate, `${via} certificate`, state);
    const refused = isBad(serviceResult(transaction.response));
    const name = sessionName ? `session ${sessionName}` : 'session';
    sink.session(at, {
      phase: 'open',
      outcome: outcomeOf(transaction, refused),
      detail: refused ? `${name}: ${statusText(serviceResult(transaction.response))}` : name,
      native: message,
    });
  }
  if (answer === undefined) return;
  if (answer.body.serverEndpoints) sayEndpoints(sink, at, answer.body.serverEndpoints, via, state);
  sayCertificate(sink, at, at.server, answer.body.serverCertificate, `${via} certificate`, state);
};

const observeActivate = (
  transaction: Exchange,
  message: Of<'ActivateSessionRequest'>,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { at } = transaction;
  const token = message.body.userIdentityToken;
  const named = bodyOf(token, T.userNameIdentityToken);
  const issued = bodyOf(token, T.issuedIdentityToken);
  const certified = bodyOf(token, T.x509IdentityToken);
  const der = certified?.certificateData;
  const certificate = der ? decodeCertificate(der, 0, der.length) : undefined;
  const user = named?.userName ?? certificate?.subject;
  const kind = named
    ? tokenTypeName(1)
    : certified
      ? tokenTypeName(2)
      : issued
        ? tokenTypeName(3)
        : token.body === null || bodyOf(token, T.anonymousIdentityToken)
          ? tokenTypeName(0)
          : 'unknown token';
  // We can read the message: a secret that was not encrypted on its own went over the wire for everybody to see.
  const secret = named?.password ?? issued?.tokenData;
  const clearCredential = secret ? !(named ?? issued)!.encryptionAlgorithm : false;
  const result = serviceResult(transaction.response);
  const refused = isBad(result);
  sink.session(at, {
    phase: 'authenticate',
    outcome: outcomeOf(transaction, refused),
    ...(user ? { user } : {}),
    ...(clearCredential ? { clearCredential: true } : {}),
    detail: refused ? `OPC UA ${kind}: ${statusText(result)}` : `OPC UA ${kind}`,
    native: message,
  });
  if (!refused) state.user = user ?? undefined;
  sayOperation(sink, transaction, state, 'authenticate', 'ActivateSession', kind, undefined);
};

/** The address space: browsing it and changing it. False when the message is none of these. */
const observeNodes = (
  transaction: Exchange,
  message: ServiceMessage,
  sink: ObservationSink,
  state: OpcuaState,
): boolean => {
  switch (message.type) {
    case 'BrowseRequest': {
      const nodes = message.body.nodesToBrowse ?? [];
      const results = answerOf(transaction, 'BrowseResponse')?.body.results ?? [];
      const status = nodes.length === 1 ? results[0]?.statusCode : undefined;
      const object = someOf(nodes.map((n) => nodeName(n.nodeId)));
      sayOperation(sink, transaction, state, 'discover', 'Browse', object, status);
      for (let i = 0; i < results.length && i < nodes.length; i++)
        for (const found of results[i]!.references ?? [])
          noteNameplate(nodes[i]!.nodeId, found.nodeId, found.browseName.name, state);
      return true;
    }
    case 'TranslateBrowsePathsToNodeIdsRequest': {
      const paths = message.body.browsePaths ?? [];
      const results = answerOf(transaction, 'TranslateBrowsePathsToNodeIdsResponse')?.body.results ?? [];
      const object = someOf(paths.map((p) => nodeName(p.startingNode)));
      sayOperation(sink, transaction, state, 'discover', 'TranslateBrowsePathsToNodeIds', object, undefined);
      for (let i = 0; i < results.length && i < paths.length; i++) {
        const steps = paths[i]!.relativePath.elements;
        const target = results[i]!.targets?.[0];
        if (steps?.length === 1 && target)
          noteNameplate(paths[i]!.startingNode, target.targetId, steps[0]!.targetName.name, state);
      }
      return true;
    }
    case 'RegisterNodesRequest': {
      const nodes = message.body.nodesToRegister ?? [];
      const aliases = answerOf(transaction, 'RegisterNodesResponse')?.body.registeredNodeIds ?? [];
      sayOperation(sink, transaction, state, 'subscribe', 'RegisterNodes', someOf(nodes.map(nodeName)), undefined);
      for (let i = 0; i < nodes.length && i < aliases.length; i++) state.addAlias(aliases[i]!, nodes[i]!);
      return true;
    }
    case 'UnregisterNodesRequest': {
      const nodes = message.body.nodesToUnregister ?? [];
      const object = someOf(nodes.map(state.nameOf));
      sayOperation(sink, transaction, state, 'subscribe', 'UnregisterNodes', object, undefined);
      for (const node of nodes) state.removeAlias(node);
      return true;
    }
    case 'AddNodesRequest': {
      const nodes = message.body.nodesToAdd ?? [];
      const results = answerOf(transaction, 'AddNodesResponse')?.body.results;
      for (let i = 0; i < nodes.length; i++) {
        const { browseName, parentNodeId } = nodes[i]!;
        const object = `${browseName.namespaceIndex}:${browseName.name ?? ''} under ${nodeName(parentNodeId)}`;
        sayOperation(sink, transaction, state, 'configure', 'AddNodes', object, results?.[i]?.statusCode);
      }
      return true;
    }
    case 'AddReferencesRequest': {
      const results = answerOf(transaction, 'AddReferencesResponse')?.body.results;
      const all = message.body.referencesToAdd ?? [];
      for (let i = 0; i < all.length; i++) {
        const object = `${nodeName(all[i]!.sourceNodeId)} -> ${nodeIdText(all[i]!.targetNodeId)}`;
        sayOperation(sink, transaction, state, 'configure', 'AddReferences', object, results?.[i]);
      }
      return true;
    }
    case 'DeleteNodesRequest': {
      const results = answerOf(transaction, 'DeleteNodesResponse')?.body.results;
      const all = message.body.nodesToDelete ?? [];
      for (let i = 0; i < all.length; i++)
        sayOperation(sink, transaction, state, 'delete', 'DeleteNodes', nodeName(all[i]!.nodeId), results?.[i]);
      return true;
    }
    case 'DeleteReferencesRequest': {
      const results = answerOf(transaction, 'DeleteReferencesResponse')?.body.results;
      const all = message.body.referencesToDelete ?? [];
      for (let i = 0; i < all.length; i++) {
        const object = `${nodeName(all[i]!.sourceNodeId)} -> ${nodeIdText(all[i]!.targetNodeId)}`;
        sayOperation(sink, transaction, state, 'delete', 'DeleteReferences', object, results?.[i]);
      }
      return true;
    }
    default:
      return false;
  }
};

/** Subscriptions and their items. What ends them is the other half of subscribing, not a loss of data. */
const observeItems = (
  transaction: Exchange,
  message: ServiceMessage,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const subscribe = (operation: string, subscription: number) =>
    sayOperation(sink, transaction, state, 'subscribe', operation, `subscription ${subscription}`, undefined);
  switch (message.type) {
    case 'CreateMonitoredItemsRequest':
      observeCreateItems(transaction, message, answerOf(transaction, 'CreateMonitoredItemsResponse'), sink, state);
      return;
    case 'ModifyMonitoredItemsRequest': {
      const { subscriptionId, itemsToModify } = message.body;
      subscribe('ModifyMonitoredItems', subscriptionId);
      const results = answerOf(transaction, 'ModifyMonitoredItemsResponse')?.body.results ?? [];
      (itemsToModify ?? []).forEach((item, i) => {
        if (results[i] !== undefined && !isBad(results[i].statusCode))
          state.rename(subscriptionId, item.monitoredItemId, item.requestedParameters.clientHandle);
      });
      return;
    }
    case 'DeleteMonitoredItemsRequest': {
      const { subscriptionId, monitoredItemIds } = message.body;
      subscribe('DeleteMonitoredItems', subscriptionId);
      if (answerOf(transaction, 'DeleteMonitoredItemsResponse'))
        for (const id of monitoredItemIds ?? []) state.forgetItem(subscriptionId, id);
      return;
    }
    case 'SetMonitoringModeRequest':
      subscribe('SetMonitoringMode', message.body.subscriptionId);
      return;
    case 'SetTriggeringRequest':
      subscribe('SetTriggering', message.body.subscriptionId);
      return;
    case 'ModifySubscriptionRequest':
      subscribe('ModifySubscription', message.body.subscriptionId);
      return;
    case 'DeleteSubscriptionsRequest': {
      const ids = message.body.subscriptionIds ?? [];
      sayOperation(
        sink,
        transaction,
        state,
        'subscribe',
        'DeleteSubscriptions',
        someOf(ids.map((id) => `subscription ${id}`)),
        undefined,
      );
      if (answerOf(transaction, 'DeleteSubscriptionsResponse')) for (const id of ids) state.forgetSubscription(id);
      return;
    }
    default:
  }
};
