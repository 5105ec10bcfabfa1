/** ICSNPP's opcua_binary*.log: the main log has a row per request with its answer, the others one per part of a message. */
import type { OpcuaMessage } from '../../../../src/decode/opcua/index.ts';
import { statusName } from '../../../../src/decode/opcua/status-codes.ts';
import type { Cell, Mapping, Seen, SeenCapture } from '../../types.ts';
import { rowMap } from '../../types.ts';

type M = Seen<OpcuaMessage>;
type Cells = Readonly<Record<string, Cell>>;
interface Row {
  readonly seen: M;
  readonly cells: Cells;
}
type Body<T extends OpcuaMessage['type']> = Extract<OpcuaMessage, { type: T; body: unknown }>['body'];

const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;
/** They print at most 24 octets. */
const octets = (b: Uint8Array | null | undefined): string | undefined =>
  b && b.length > 0 ? `0x${Buffer.from(b.subarray(0, 24)).toString('hex')}${b.length > 24 ? '...' : ''}` : undefined;
const raw = (b: Uint8Array | null): string | undefined =>
  b === null
    ? undefined
    : Array.from(b, (c) =>
        c < 0x20 || c > 0x7e ? `\\x${c.toString(16).padStart(2, '0')}` : String.fromCharCode(c),
      ).join('');

interface Node {
  readonly encoding: number;
  readonly namespace: number;
  readonly id: number | string;
  readonly namespaceUri?: string | null | undefined;
  readonly serverIndex?: number | undefined;
}
const node = (prefix: string, n: Node, maskName = `${prefix}_encoding_mask`): Record<string, Cell> => {
  const form = n.encoding & 0x0f;
  return {
    [maskName]: hex(n.encoding, 2),
    [`${prefix}_namespace_idx`]: form === 0 ? undefined : n.namespace,
    [`${prefix}_numeric`]: form <= 2 ? n.id : undefined,
    [`${prefix}_string`]: form === 3 ? n.id : undefined,
    [`${prefix}_guid`]: form === 4 ? n.id : undefined,
    [`${prefix}_opaque`]: form === 5 ? octets(Buffer.from(String(n.id), 'base64')) : undefined,
    [`${prefix}_namespace_uri`]: n.namespaceUri ?? undefined,
    [`${prefix}_server_idx`]: n.serverIndex,
  };
};
const nodeNames = (prefix: string, expanded = false): string =>
  ['encoding_mask', 'namespace_idx', 'numeric', 'string', 'guid', 'opaque']
    .concat(expanded ? ['namespace_uri', 'server_idx'] : [])
    .map((c) => `${prefix}_${c}`)
    .join(' ');

const STATES = ['Source', 'Server', 'Both', 'Neither'];
const MODES = ['Disabled', 'Sampling', 'Reporting'];
const DIRECTIONS = ['FWD', 'INVERSE', 'BOTH'];
const ATTRIBUTES =
  'Unknown NodeId NodeClass BrowseName DisplayName Description WriteMask UserWriteMask IsAbstract Symmetric InverseName ContainsNoLoops EventNotifier Value DataType ValueRank ArrayDimensions AccessLevel UserAccessLevel MinimumSamplingInterval Historizing Executable UserExecutable DataTypeDefinition RolePermissions UserRolePermissions AccessRestrictions AccessLevelEx'.split(
    ' ',
  );
const CLASSES: Record<number, string> = {
  0: 'All',
  1: 'ObjectNodeClass',
  2: 'VariableNodeClass',
  4: 'MethodNodeClass',
  8: 'ObjectTypeNodeClass',
  16: 'VariableTypeNodeClass',
  32: 'ReferenceTypeNodeClass',
  64: 'DataTypeNodeClass',
  128: 'ViewNodeClass',
};

// ---- The main log --------------------------------------------------------------------------------------------------

const LETTERS: Record<string, string> = { Hello: 'HEL', Acknowledge: 'ACK', Error: 'ERR', 'Reverse Hello': 'RHE' };

/** A request, an answer, or both. */
const exchange = (request: M | undefined, response: M | undefined): Row[] => {
  const seen = request ?? response;
  if (seen === undefined || !('body' in seen.message)) return [];
  const cells: Record<string, Cell> = {};
  const channels: number[] = [];
  let size = 0;
  for (const s of [request, response]) {
    const m = s?.message;
    if (m === undefined || !('body' in m)) continue;
    const { header, typeId } = m;
    size += header.messageSize;
    if (!channels.includes(header.secureChannelId)) channels.push(header.secureChannelId);
    const side = s === request ? 'req' : 'res';
    Object.assign(cells, {
      msg_type: header.messageType,
      is_final: header.chunk,
      request_id: header.requestId,
      [`${side}_msg_size`]: header.messageSize,
      [`${side}_seq_number`]: header.sequenceNumber,
      [`${side}_encoding_mask`]: typeId.encoding,
      [`${side}_namespace_idx`]: typeId.namespace,
      [`${side}_identifier`]: typeId.id,
      [`${side}_identifier_str`]: m.type,
    });
    const a = header.asymmetric;
    if (a)
      Object.assign(cells, {
        sec_policy_uri_len: a.securityPolicyUri?.length ?? -1,
        sec_policy_uri: a.securityPolicyUri ?? undefined,
        snd_cert_len: a.senderCertificate?.length ?? -1,
        snd_cert: octets(a.senderCertificate),
        rcv_cert_len: a.receiverCertificateThumbprint?.length ?? -1,
        rcv_cert: octets(a.receiverCertificateThumbprint),
      });
    if ('requestHeader' in m.body) {
      const h = m.body.requestHeader;
      Object.assign(cells, node('req_hdr_node_id', h.authenticationToken, 'req_hdr_node_id_type'), {
        req_hdr_request_handle: h.requestHandle,
        req_hdr_return_diag: h.returnDiagnostics,
        req_hdr_audit_entry_id: h.auditEntryId ?? undefined,
        req_hdr_timeout_hint: h.timeoutHint,
        req_hdr_add_hdr_type_id: h.additionalHeader.typeId.id,
        req_hdr_add_hdr_enc_mask: h.additionalHeader.encoding,
      });
    } else {
      const h = m.body.responseHeader;
      Object.assign(cells, {
        res_hdr_request_handle: h.requestHandle,
        res_hdr_service_diag_encoding: h.serviceDiagnostics.mask,
        res_hdr_add_hdr_type_id: h.additionalHeader.typeId.id,
        res_hdr_add_hdr_enc_mask: h.additionalHeader.encoding,
      });
    }
  }
  return [{ seen, cells: { ...cells, total_size: size, sec_channel_id: channels } }];
};

/** Rows as they are written: when the answer is there, and at the end those that wait for their other half. */
const mainRows = (capture: SeenCapture): Row[] => {
  const rows: Row[] = [];
  const waiting = new Map<string, M>();
  for (const seen of capture.of<OpcuaMessage>('opcua')) {
    const m = seen.message;
    if (!('body' in m)) {
      const type = LETTERS[m.type];
      if (type === undefined || !('messageSize' in m)) continue;
      const limits = 'receiveBufferSize' in m ? m : undefined;
      rows.push({
        seen,
        cells: {
          msg_type: type,
          is_final: m.chunk,
          total_size: m.messageSize,
          error: m.type === 'Error' ? m.error : undefined,
          reason: m.type === 'Error' ? (m.reason ?? undefined) : undefined,
          version: limits?.protocolVersion,
          rcv_buf_size: limits?.receiveBufferSize,
          snd_buf_size: limits?.sendBufferSize,
          max_msg_size: limits?.maxMessageSize,
          max_chunk_cnt: limits?.maxChunkCount,
          endpoint_url: 'endpointUrl' in m ? (m.endpointUrl ?? undefined) : undefined,
        },
      });
      continue;
    }
    if (m.type === 'CloseSecureChannelRequest') {
      rows.push(...exchange(seen, undefined));
      continue;
    }
    const key = `${seen.flow} ${m.header.requestId}`;
    const other = waiting.get(key);
    const isRequest = 'requestHeader' in m.body;
    if (other === undefined) waiting.set(key, seen);
    else {
      waiting.delete(key);
      rows.push(...(isRequest ? exchange(seen, other) : exchange(other, seen)));
    }
  }
  for (const seen of waiting.values())
    rows.push(
      ...('body' in seen.message && 'requestHeader' in seen.message.body
        ? exchange(seen, undefined)
        : exchange(undefined, seen)),
    );
  return rows;
};

// ---- Logs of parts -------------------------------------------------------------------------------------------------

/** Rows of one message; a row of its own where there is nothing to say but that it came. */
type Parts = (m: OpcuaMessage) => readonly Cells[];

interface Text {
  readonly mask: number;
  readonly locale: string | null;
  readonly text: string | null;
}
const application = (a: {
  readonly applicationUri: string | null;
  readonly productUri: string | null;
  readonly applicationName: Text;
  readonly applicationType: number;
  readonly gatewayServerUri: string | null;
  readonly discoveryProfileUri: string | null;
}): Cells => ({
  application_uri: a.applicationUri ?? undefined,
  product_uri: a.productUri ?? undefined,
  encoding_mask: a.applicationName.mask,
  locale: a.applicationName.locale ?? undefined,
  text: a.applicationName.text ?? undefined,
  application_type: a.applicationType,
  gateway_server_uri: a.gatewayServerUri ?? undefined,
  discovery_profile_uri: a.discoveryProfileUri ?? undefined,
});
const APPLICATION =
  'application_uri product_uri encoding_mask locale text application_type gateway_server_uri discovery_profile_uri';

type Endpoints = Body<'GetEndpointsResponse'>['endpoints'];
const endpoints = (list: Endpoints, url: string): Cells[] =>
  (list ?? []).map((e) => ({
    ...application(e.server),
    [url]: e.endpointUrl ?? undefined,
    cert_size: e.serverCertificate?.length || undefined,
    server_cert: octets(e.serverCertificate),
    message_security_mode: e.securityMode,
    security_policy_uri: e.securityPolicyUri ?? undefined,
    transport_profile_uri: e.transportProfileUri ?? undefined,
    security_level: e.securityLevel,
  }));
const ENDPOINT = `${APPLICATION} cert_size server_cert message_security_mode security_policy_uri transport_profile_uri security_level`;
const tokens = (list: Endpoints): Cells[] =>
  (list ?? []).flatMap((e) =>
    (e.userIdentityTokens ?? []).map((t) => ({
      user_token_policy_id: t.policyId ?? undefined,
      user_token_type: t.tokenType,
      user_token_issued_type: t.issuedTokenType ?? undefined,
      user_token_endpoint_url: t.issuerEndpointUrl ?? undefined,
      user_token_sec_policy_uri: t.securityPolicyUri ?? undefined,
    })),
  );
const TOKEN =
  'user_token_policy_id user_token_type user_token_issued_type user_token_endpoint_url user_token_sec_policy_uri';

/** Where a status stands, as they number it. */
const SOURCES: Record<number, string> = {
  0: 'ResponseHeader',
  1: 'ResponseHeader_DiagInfo',
  2: 'Browse',
  3: 'Browse_DiagInfo',
  4: 'ActivateSession',
  5: 'ActivateSession_DiagInfo',
  6: 'Read',
  7: 'Read_DiagInfo',
  8: 'CreateMonitoredItems',
  15: 'ContentFilterElementOperand_DiagInfo',
  18: 'Write',
  19: 'Write_DiagInfo',
};
const status = (source: number, code: number, level = 0): Cells => {
  // OPC 10000-4 section 7.39.1: bits of a status code.
  const info = (code >>> 10) & 3;
  return {
    source,
    source_str: SOURCES[source],
    source_level: level,
    status_code: hex(code >>> 0, 8),
    severity: code >>> 30,
    severity_str: ['Severity_Good', 'Severity_Uncertain', 'Severity_Bad', 'Severity_Reserved'][code >>> 30],
    sub_code: (code >>> 16) & 0x0fff,
    sub_code_str: statusName(code),
    structure_changed: ((code >>> 15) & 1) === 1,
    semantics_changed: ((code >>> 14) & 1) === 1,
    info_type: info,
    info_type_str: ['InfoType_NotUsed', 'InfoType_DataValue', 'InfoType_Reserved', 'InfoType_Reserved'][info],
    ...(info === 0
      ? {}
      : {
          limit_bits: (code >>> 8) & 3,
          limit_bits_str: ['LimitBits_None', 'LimitBits_Low', 'LimitBits_High', 'LimitBits_Constant'][(code >>> 8) & 3],
          overflow: ((code >>> 7) & 1) === 1,
          historian_bits: code & 31,
          historianPartial: ((code >>> 2) & 1) === 1,
          historianExtraData: ((code >>> 3) & 1) === 1,
          historianMultiValue: ((code >>> 4) & 1) === 1,
        }),
  };
};
interface Diagnostic {
  readonly innerStatusCode?: number | undefined;
  readonly innerDiagnosticInfo?: Diagnostic | undefined;
}
const inner = (d: Diagnostic, source: number): Cells[] => {
  const out: Cells[] = [];
  for (let at: Diagnostic | undefined = d, level = 0; at !== undefined; at = at.innerDiagnosticInfo, level++)
    if (at.innerStatusCode !== undefined) out.push(status(source, at.innerStatusCode, level));
  return out;
};
const statuses: Parts = (m) => {
  if (!('body' in m) || !('responseHeader' in m.body)) return [];
  const h = m.body.responseHeader;
  const out = [status(0, h.serviceResult), ...inner(h.serviceDiagnostics, 1)];
  switch (m.type) {
    case 'BrowseResponse':
    case 'BrowseNextResponse':
      for (const r of m.body.results ?? []) out.push(status(2, r.statusCode));
      for (const d of m.body.diagnosticInfos ?? []) out.push(...inner(d, 3));
      break;
    case 'ActivateSessionResponse':
      for (const r of m.body.results ?? []) out.push(status(4, r));
      for (const d of m.body.diagnosticInfos ?? []) out.push(...inner(d, 5));
      break;
    case 'ReadResponse':
      for (const r of m.body.results ?? []) if (r.status !== undefined) out.push(status(6, r.status));
      for (const d of m.body.diagnosticInfos ?? []) out.push(...inner(d, 7));
      break;
    case 'CreateMonitoredItemsResponse':
      for (const r of m.body.results ?? []) out.push(status(8, r.statusCode));
      // The plug-in numbers these as if they stood in a filter.
      for (const d of m.body.diagnosticInfos ?? []) out.push(...inner(d, 15));
      break;
    case 'WriteResponse':
      for (const r of m.body.results ?? []) out.push(status(18, r));
      for (const d of m.body.diagnosticInfos ?? []) out.push(...inner(d, 19));
      break;
    default:
  }
  return out;
};

interface Log {
  readonly log: string;
  readonly columns: string;
  readonly parts: Parts;
}
const NOTHING: readonly Cells[] = [{}];

const activateSession: Parts = (m) => {
  if (m.type === 'ActivateSessionResponse') return [{ server_nonce: octets(m.body.serverNonce) }];
  if (m.type !== 'ActivateSessionRequest') return [];
  const { clientSignature, userIdentityToken: t, userTokenSignature } = m.body;
  const b = (t.body !== null && typeof t.body === 'object' && !(t.body instanceof Uint8Array) ? t.body : {}) as Record<
    string,
    Cell
  >;
  return [
    {
      client_algorithm: clientSignature.algorithm ?? undefined,
      client_signature: octets(clientSignature.signature),
      ...node('ext_obj_type_id', t.typeId),
      ext_obj_type_id_str: t.typeName,
      ext_obj_encoding: hex(t.encoding, 2),
      ext_obj_policy_id: b.policyId ?? undefined,
      ext_obj_user_name: b.userName ?? undefined,
      ext_obj_password: b.password ?? undefined,
      ext_obj_encryption_algorithom: b.encryptionAlgorithm ?? undefined,
      ext_obj_certificate_data: b.certificateData ? octets(b.certificateData as unknown as Uint8Array) : undefined,
      ext_obj_token_data: b.tokenData ?? undefined,
      user_token_algorithm: userTokenSignature.algorithm ?? undefined,
      user_token_signature: octets(userTokenSignature.signature),
    },
  ];
};

const createSession: Parts = (m) => {
  if (m.type === 'CreateSessionRequest') {
    const b = m.body;
    return [
      {
        ...application(b.clientDescription),
        server_uri: b.serverUri ?? undefined,
        endpoint_url: b.endpointUrl ?? undefined,
        session_name: b.sessionName ?? undefined,
        client_nonce: octets(b.clientNonce),
        client_cert_size: b.clientCertificate?.length || undefined,
        client_cert: octets(b.clientCertificate),
        req_session_timeout: Math.trunc(b.requestedSessionTimeout),
        max_res_msg_size: b.maxResponseMessageSize,
      },
    ];
  }
  if (m.type !== 'CreateSessionResponse') return [];
  const b = m.body;
  return [
    {
      ...node('session_id', b.sessionId),
      ...node('auth_token', b.authenticationToken),
      revised_session_timeout: Math.trunc(b.revisedSessionTimeout),
      server_nonce: octets(b.serverNonce),
      server_cert_size: b.serverCertificate?.length || undefined,
      server_cert: octets(b.serverCertificate),
      algorithm: b.serverSignature.algorithm ?? undefined,
      signature: octets(b.serverSignature.signature),
      max_req_msg_size: b.maxRequestMessageSize,
    },
  ];
};

const createItem: Parts = (m) => {
  const filter = 'monitoring_parameters_filter_info_type_id';
  const object = (f: { readonly typeId: Node; readonly encoding: number; readonly typeName: string }): Cells =>
    f.typeId.id === 0
      ? {}
      : {
          ...node(`${filter}_node_id`, f.typeId),
          [`${filter}_string`]: f.typeName,
          [`${filter}_encoding`]: hex(f.encoding, 2),
        };
  if (m.type === 'CreateMonitoredItemsRequest')
    return (m.body.itemsToCreate ?? []).map((i) => ({
      ...node('item_to_monitor_node_id', i.itemToMonitor.nodeId),
      item_to_monitor_attribute_id: ATTRIBUTES[i.itemToMonitor.attributeId],
      item_to_monitor_index_range: i.itemToMonitor.indexRange ?? undefined,
      item_to_monitor_namespace_idx: i.itemToMonitor.dataEncoding.namespaceIndex || undefined,
      item_to_monitor_name: i.itemToMonitor.dataEncoding.name ?? undefined,
      monitoring_mode: MODES[i.monitoringMode],
      monitoring_parameters_client_handle: i.requestedParameters.clientHandle,
      monitoring_parameters_sampling_interval: i.requestedParameters.samplingInterval,
      monitoring_parameters_queue_size: i.requestedParameters.queueSize,
      monitoring_parameters_discard_oldest: i.requestedParameters.discardOldest,
      ...object(i.requestedParameters.filter),
    }));
  if (m.type !== 'CreateMonitoredItemsResponse') return [];
  return (m.body.results ?? []).map((r) => ({
    monitored_item_index_id: r.monitoredItemId,
    monitoring_parameters_revised_sampling_interval: r.revisedSamplingInterval,
    monitoring_parameters_revised_queue_size: r.revisedQueueSize,
    ...object(r.filterResult),
  }));
};

/** Times are cut out of the baselines; picoseconds are not. */
const picoseconds = (v: {
  readonly mask: number;
  readonly sourcePicoseconds: number | undefined;
  readonly serverPicoseconds: number | undefined;
}): Cells => ({
  data_value_encoding_mask: hex(v.mask, 2),
  source_pico_sec: v.sourcePicoseconds,
  server_pico_sec: v.serverPicoseconds,
});

const LOGS: readonly Log[] = [
  {
    log: 'opcua_binary_status_code_detail',
    columns:
      'source source_str source_level status_code severity severity_str sub_code sub_code_str structure_changed semantics_changed info_type info_type_str limit_bits limit_bits_str overflow historian_bits historianPartial historianExtraData historianMultiValue',
    parts: statuses,
  },
  {
    log: 'opcua_binary_opensecure_channel',
    columns:
      'client_proto_ver sec_token_request_type message_security_mode client_nonce req_lifetime server_proto_ver sec_token_sec_channel_id sec_token_id sec_token_revised_time server_nonce',
    parts: (m) =>
      m.type === 'OpenSecureChannelRequest'
        ? [
            {
              client_proto_ver: m.body.clientProtocolVersion,
              sec_token_request_type: m.body.requestType,
              message_security_mode: m.body.securityMode,
              client_nonce: raw(m.body.clientNonce),
              req_lifetime: m.body.requestedLifetime,
            },
          ]
        : m.type === 'OpenSecureChannelResponse'
          ? [
              {
                server_proto_ver: m.body.serverProtocolVersion,
                sec_token_sec_channel_id: m.body.securityToken.channelId,
                sec_token_id: m.body.securityToken.tokenId,
                sec_token_revised_time: m.body.securityToken.revisedLifetime,
                server_nonce: raw(m.body.serverNonce),
              },
            ]
          : [],
  },
  {
    log: 'opcua_binary_get_endpoints',
    columns: 'endpoint_url',
    parts: (m) =>
      m.type === 'GetEndpointsRequest'
        ? [{ endpoint_url: m.body.endpointUrl ?? undefined }]
        : m.type === 'GetEndpointsResponse'
          ? NOTHING
          : [],
  },
  {
    log: 'opcua_binary_get_endpoints_description',
    columns: `endpoint_uri ${ENDPOINT}`,
    parts: (m) => (m.type === 'GetEndpointsResponse' ? endpoints(m.body.endpoints, 'endpoint_uri') : []),
  },
  {
    log: 'opcua_binary_get_endpoints_user_token',
    columns: TOKEN,
    parts: (m) => (m.type === 'GetEndpointsResponse' ? tokens(m.body.endpoints) : []),
  },
  {
    log: 'opcua_binary_create_session',
    columns: `${APPLICATION} server_uri endpoint_url session_name client_nonce client_cert_size client_cert req_session_timeout max_res_msg_size ${nodeNames('session_id')} ${nodeNames('auth_token')} revised_session_timeout server_nonce server_cert_size server_cert algorithm signature max_req_msg_size`,
    parts: createSession,
  },
  {
    log: 'opcua_binary_create_session_endpoints',
    columns: `endpoint_url ${ENDPOINT}`,
    parts: (m) => (m.type === 'CreateSessionResponse' ? endpoints(m.body.serverEndpoints, 'endpoint_url') : []),
  },
  {
    log: 'opcua_binary_create_session_user_token',
    columns: TOKEN,
    parts: (m) => (m.type === 'CreateSessionResponse' ? tokens(m.body.serverEndpoints) : []),
  },
  {
    log: 'opcua_binary_activate_session',
    columns: `client_algorithm client_signature ${nodeNames('ext_obj_type_id')} ext_obj_type_id_str ext_obj_encoding ext_obj_policy_id ext_obj_user_name ext_obj_password ext_obj_encryption_algorithom ext_obj_certificate_data ext_obj_token_data user_token_algorithm user_token_signature server_nonce`,
    parts: activateSession,
  },
  {
    log: 'opcua_binary_close_session',
    columns: 'del_subscriptions',
    parts: (m) => (m.type === 'CloseSessionRequest' ? [{ del_subscriptions: m.body.deleteSubscriptions }] : []),
  },
  {
    log: 'opcua_binary_browse',
    columns: `browse_service_type ${nodeNames('browse_view_id')} browse_view_description_view_version req_max_ref_nodes browse_next_release_continuation_point`,
    parts: (m) => {
      switch (m.type) {
        case 'BrowseRequest':
          return [
            {
              browse_service_type: m.type,
              ...node('browse_view_id', m.body.view.viewId),
              browse_view_description_view_version: m.body.view.viewVersion,
              req_max_ref_nodes: m.body.requestedMaxReferencesPerNode,
            },
          ];
        case 'BrowseNextRequest':
          return [
            { browse_service_type: m.type, browse_next_release_continuation_point: m.body.releaseContinuationPoints },
          ];
        case 'BrowseResponse':
        case 'BrowseNextResponse':
          return [{ browse_service_type: m.type }];
        default:
          return [];
      }
    },
  },
  {
    log: 'opcua_binary_browse_description',
    columns: `${nodeNames('browse_description')} browse_direction ${nodeNames('browse_description_ref')} browse_description_include_subtypes browse_node_class_mask browse_result_mask`,
    parts: (m) =>
      m.type === 'BrowseRequest'
        ? (m.body.nodesToBrowse ?? []).map((d) => ({
            ...node('browse_description', d.nodeId),
            browse_direction: DIRECTIONS[d.browseDirection],
            ...node('browse_description_ref', d.referenceTypeId),
            browse_description_include_subtypes: d.includeSubtypes,
            browse_node_class_mask: CLASSES[d.nodeClassMask],
            browse_result_mask: hex(d.resultMask, 8),
          }))
        : [],
  },
  {
    log: 'opcua_binary_browse_result',
    columns: 'browse_result_continuation_point',
    parts: (m) =>
      m.type === 'BrowseResponse' || m.type === 'BrowseNextResponse'
        ? (m.body.results ?? []).map((r) => ({ browse_result_continuation_point: octets(r.continuationPoint) }))
        : [],
  },
  {
    log: 'opcua_binary_browse_response_references',
    columns: `${nodeNames('browse_response_ref')} browse_response_is_forward ${nodeNames('browse_response_ref_type', true)} browse_response_ref_name_idx browse_response_ref_name browse_response_display_name_mask browse_response_display_name_locale browse_response_display_name_text browse_response_node_class ${nodeNames('browse_response_type_def', true)}`,
    parts: (m) =>
      m.type === 'BrowseResponse' || m.type === 'BrowseNextResponse'
        ? (m.body.results ?? []).flatMap((r) =>
            (r.references ?? []).map((x) => ({
              ...node('browse_response_ref', x.referenceTypeId),
              browse_response_is_forward: x.isForward,
              ...node('browse_response_ref_type', x.nodeId),
              browse_response_ref_name_idx: x.browseName.namespaceIndex || undefined,
              browse_response_ref_name: x.browseName.name ?? undefined,
              browse_response_display_name_mask: hex(x.displayName.mask, 2),
              browse_response_display_name_locale: x.displayName.locale ?? undefined,
              browse_response_display_name_text: x.displayName.text ?? undefined,
              browse_response_node_class: x.nodeClass === 0 ? undefined : CLASSES[x.nodeClass],
              ...node('browse_response_type_def', x.typeDefinition),
            })),
          )
        : [],
  },
  {
    log: 'opcua_binary_create_subscription',
    columns:
      'requested_publishing_interval requested_lifetime_count requested_max_keep_alive_count max_notifications_per_publish publishing_enabled priority subscription_id revised_publishing_interval revised_lifetime_count revised_max_keep_alive_count',
    parts: (m) =>
      m.type === 'CreateSubscriptionRequest'
        ? [
            {
              requested_publishing_interval: Math.trunc(m.body.requestedPublishingInterval),
              requested_lifetime_count: m.body.requestedLifetimeCount,
              requested_max_keep_alive_count: m.body.requestedMaxKeepAliveCount,
              max_notifications_per_publish: m.body.maxNotificationsPerPublish,
              publishing_enabled: m.body.publishingEnabled,
              priority: m.body.priority,
            },
          ]
        : m.type === 'CreateSubscriptionResponse'
          ? [
              {
                subscription_id: m.body.subscriptionId,
                revised_publishing_interval: Math.trunc(m.body.revisedPublishingInterval),
                revised_lifetime_count: m.body.revisedLifetimeCount,
                revised_max_keep_alive_count: m.body.revisedMaxKeepAliveCount,
              },
            ]
          : [],
  },
  {
    log: 'opcua_binary_create_monitored_items',
    columns: 'subscription_id timestamps_to_return timestamps_to_return_str',
    parts: (m) =>
      m.type === 'CreateMonitoredItemsRequest'
        ? [
            {
              subscription_id: m.body.subscriptionId,
              timestamps_to_return: m.body.timestampsToReturn,
              timestamps_to_return_str: STATES[m.body.timestampsToReturn],
            },
          ]
        : m.type === 'CreateMonitoredItemsResponse'
          ? NOTHING
          : [],
  },
  {
    log: 'opcua_binary_create_monitored_items_create_item',
    columns: `${nodeNames('item_to_monitor_node_id')} item_to_monitor_attribute_id item_to_monitor_index_range item_to_monitor_namespace_idx item_to_monitor_name monitoring_mode monitoring_parameters_client_handle monitoring_parameters_sampling_interval monitoring_parameters_queue_size monitoring_parameters_discard_oldest ${nodeNames('monitoring_parameters_filter_info_type_id_node_id')} monitoring_parameters_filter_info_type_id_string monitoring_parameters_filter_info_type_id_encoding monitored_item_index_id monitoring_parameters_revised_sampling_interval monitoring_parameters_revised_queue_size`,
    parts: createItem,
  },
  {
    log: 'opcua_binary_read',
    columns: 'max_age timestamps_to_return timestamps_to_return_str',
    parts: (m) =>
      m.type === 'ReadRequest'
        ? [
            {
              max_age: Math.trunc(m.body.maxAge),
              timestamps_to_return: m.body.timestampsToReturn,
              timestamps_to_return_str: STATES[m.body.timestampsToReturn],
            },
          ]
        : m.type === 'ReadResponse'
          ? NOTHING
          : [],
  },
  {
    log: 'opcua_binary_read_nodes_to_read',
    columns: `${nodeNames('node_id')} attribute_id attribute_id_str index_range data_encoding_name_idx data_encoding_name`,
    parts: (m) =>
      m.type === 'ReadRequest'
        ? (m.body.nodesToRead ?? []).map((n) => ({
            ...node('node_id', n.nodeId),
            attribute_id: n.attributeId,
            attribute_id_str: ATTRIBUTES[n.attributeId],
            index_range: n.indexRange ?? undefined,
            data_encoding_name_idx: n.dataEncoding.namespaceIndex,
            data_encoding_name: n.dataEncoding.name ?? undefined,
          }))
        : [],
  },
  {
    log: 'opcua_binary_read_results',
    columns: 'level data_value_encoding_mask source_pico_sec server_pico_sec',
    parts: (m) =>
      m.type === 'ReadResponse' ? (m.body.results ?? []).map((v, i) => ({ level: i, ...picoseconds(v) })) : [],
  },
  {
    log: 'opcua_binary_write',
    columns: `${nodeNames('node_id')} attribute_id attribute_id_str index_range data_value_encoding_mask source_pico_sec server_pico_sec`,
    parts: (m) =>
      m.type === 'WriteRequest'
        ? (m.body.nodesToWrite ?? []).map((n) => ({
            ...node('node_id', n.nodeId),
            attribute_id: n.attributeId,
            attribute_id_str: ATTRIBUTES[n.attributeId],
            index_range: n.indexRange ?? undefined,
            ...picoseconds(n.value),
          }))
        : m.type === 'WriteResponse'
          ? NOTHING
          : [],
  },
];

/** A double is printed with at least one digit behind the point, and with few. */
const sameNumber = (a: string, b: string): boolean => Math.abs(Number(a) - Number(b)) <= 1e-5 * Math.abs(Number(b));
/**
 * They print the octets of a GUID as they lie on the wire; its first three parts are little-endian numbers (OPC 10000-6
 * section 5.2.2.6, whose example 91 2b 96 72 75 fa e6 4a 8d 28 b4 04 dc 7d af 63 is 72962b91-fa75-4ae6-8d28-b404dc7daf63).
 */
const sameGuid = (ours: string, theirs: string): boolean =>
  ours.replace(/^(..)(..)(..)(..)-(..)(..)-(..)(..)/, '$4$3$2$1-$6$5-$8$7') === theirs;
/** Two attributes as the plug-in spells them. */
const sameAttribute = (ours: string, theirs: string): boolean =>
  (ours === 'ArrayDimensions' && theirs === 'ArrayDimmensions') ||
  (ours === 'DataTypeDefinition' && theirs === 'DataTypeDefinitions');
const SAME: readonly (readonly [string, (ours: string, theirs: string) => boolean])[] = [
  ['attribute_id_str', sameAttribute],
  ['item_to_monitor_attribute_id', sameAttribute],
  ['sampling_interval', sameNumber],
  ['_guid', sameGuid],
];
const columnsOf = (text: string) =>
  Object.fromEntries(
    text.split(' ').map((name) => {
      const value = (row: Row): Cell => row.cells[name];
      const same = SAME.find(([end]) => name.endsWith(end))?.[1];
      return [name, same ? { value, same } : value];
    }),
  );

export const zeekOpcua: readonly Mapping[] = [
  rowMap<Row>({
    shape: 'rows',
    peer: 'zeek',
    protocol: 'opcua',
    log: 'opcua_binary',
    rows: mainRows,
    columns: {
      ...columnsOf(
        'msg_type is_final total_size error reason version rcv_buf_size snd_buf_size max_msg_size max_chunk_cnt endpoint_url sec_policy_uri_len sec_policy_uri snd_cert_len snd_cert rcv_cert_len rcv_cert request_id req_msg_size req_seq_number req_encoding_mask req_namespace_idx req_identifier req_identifier_str req_hdr_node_id_type req_hdr_node_id_namespace_idx req_hdr_node_id_numeric req_hdr_node_id_string req_hdr_node_id_guid req_hdr_node_id_opaque req_hdr_request_handle req_hdr_return_diag req_hdr_audit_entry_id req_hdr_timeout_hint req_hdr_add_hdr_type_id req_hdr_add_hdr_enc_mask res_msg_size res_seq_number res_encoding_mask res_namespace_idx res_identifier res_identifier_str res_hdr_request_handle res_hdr_service_diag_encoding res_hdr_add_hdr_type_id res_hdr_add_hdr_enc_mask',
      ),
      sec_channel_id: { value: (row) => row.cells.sec_channel_id, list: true },
    },
  }),
  ...LOGS.map(({ log, columns, parts }) =>
    rowMap<Row>({
      shape: 'rows',
      peer: 'zeek',
      protocol: 'opcua',
      log,
      rows: (capture) =>
        capture.of<OpcuaMessage>('opcua').flatMap((seen) => parts(seen.message).map((cells) => ({ seen, cells }))),
      align: { is_orig: (row) => (row.seen.toServer ? 'T' : 'F') },
      columns: columnsOf(columns),
    }),
  ),
];
