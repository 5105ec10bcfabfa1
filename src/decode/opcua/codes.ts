/** What the numbers in the fields of an OPC UA message stand for. Source: OPC 10000-4 and -6, 1.05. */
import type { FieldCodes } from '../../core/decoder.ts';
import { isoTime } from '../../lib/iso-time.ts';
import { applicationTypeName, attributeName, nodeName, securityModeName, tokenTypeName } from './names.ts';
import { statusText } from './status-codes.ts';

const NODE_CLASSES: Readonly<Record<number, string>> = {
  1: 'Object',
  2: 'Variable',
  4: 'Method',
  8: 'ObjectType',
  16: 'VariableType',
  32: 'ReferenceType',
  64: 'DataType',
  128: 'View',
};
const DIRECTIONS = ['forward', 'inverse', 'both'];
const standardNode = (id: number, sibling: (name: string) => number): string | undefined => {
  if (sibling('namespace') !== 0) return undefined;
  const name = nodeName({ encoding: 0, namespace: 0, namespaceUri: '', serverIndex: 0, id });
  // `i=85 ObjectsFolder`, or the number alone where the standard nodes kept here have no name for it.
  return name.includes(' ') ? name.slice(name.indexOf(' ') + 1) : undefined;
};

export const opcuaCodes: FieldCodes = {
  serviceResult: (code) => statusText(code),
  statusCode: (code) => statusText(code),
  status: (code) => statusText(code),
  'results[]': (code) => statusText(code),
  attributeId: (id) => attributeName(id),
  securityMode: (mode) => securityModeName(mode),
  applicationType: (type) => applicationTypeName(type),
  tokenType: (type) => tokenTypeName(type),
  nodeClass: (code) => NODE_CLASSES[code],
  browseDirection: (code) => DIRECTIONS[code],
  'nodeId.id': standardNode,
  'referenceTypeId.id': standardNode,
  'typeDefinition.id': standardNode,
  timestamp: isoTime,
  sourceTimestamp: isoTime,
  serverTimestamp: isoTime,
  publishTime: isoTime,
  createdAt: isoTime,
};
