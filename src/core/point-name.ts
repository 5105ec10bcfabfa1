/**
 * The name of a point as people say it. OPC UA addresses a variable by a NodeId whose text form names the namespace and the
 * kind of id before the id itself; engineers know the id. Source: OPC 10000-6, 5.3.1.10 (NodeId as text).
 */

/** `PT-101` of `ns=2;s=PT-101`; an id that is a number keeps its form, for alone it says nothing. Any other path as it is. */
export const pointName = (path: string): string => /^(?:ns=\d+;)?s=(.+)$/s.exec(path)?.[1] ?? path;
