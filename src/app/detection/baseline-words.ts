/** How a baseline says to people what it names by keys: an address in its network, a point at its device, how many came and went. */

/** A key of an address: segment, VLAN, inner VLAN, tunnel (or nothing), address, with what is behind a gateway after it. */
const ADDRESS = /^\d+ (\d+) \d+ (.+)$/;

/** `10.20.10.19 cip-path 1/1 in VLAN 10` for `0 10 0  10.20.10.19 cip-path 1/1`; what is no key stays as it is. */
export const addressText = (key: string): string => {
  const [, vlan = '0', address = key] = ADDRESS.exec(key) ?? [];
  return vlan === '0' ? address.trim() : `${address.trim()} in VLAN ${vlan}`;
};

/** `10.20.10.12 in VLAN 10: s7comm DB10.DBD12` for `3 s7comm DB10.DBD12`, of the addresses that the numbers mean. */
export const pointText = (key: string, addresses: readonly string[]): string => {
  const [, target = '', path = key] = /^(\d+) (.+)$/.exec(key) ?? [];
  const address = addresses[Number(target) - 1];
  return address === undefined ? path : `${addressText(address)}: ${path}`;
};

const some = (count: number): string => (count === 1 ? '1 is' : `${count} are`);

/** `fresh` came since and `gone` are not known here, of what is called `many`. */
export const changedText = (many: string, fresh: number, gone: number): string => {
  if (fresh === 0 && gone === 0) return `The ${many} are the same.`;
  if (gone === 0) return `Of the ${many} ${some(fresh)} new since.`;
  if (fresh === 0) return `Of the ${many} ${some(gone)} not known here.`;
  return `Of the ${many} ${some(fresh)} new since, ${some(gone)} not known here.`;
};

/** How many process cells have learned something else than they had in the baseline, of `all` (one or more). */
export const cellsText = (all: number, different: number): string => {
  if (different === 0)
    return `${all === 1 ? 'The process cell goes' : `All ${all} process cells go`} on with what was learned.`;
  const have = different === 1 ? 'has' : 'have';
  return `${different} of ${all} process ${all === 1 ? 'cell' : 'cells'} ${have} learned something else.`;
};
