/**
 * The level of devices that say nothing of it themselves, from the network in which they stand: a computer among controllers is
 * none of the office, whatever its system, and a box that speaks nothing known there belongs to the plant too. Where a person or
 * the plant's list says a level, that counts.
 * @source IEC 62443-3-2 (2020), 4.4: assets of one network segment share a zone unless they are separated
 */
import type { EndpointId } from '../core/endpoint.ts';
import type { Conclusion, PurdueLevel, Role } from '../core/site.ts';
import type { AssetBrief } from '../core/site-model.ts';

/** Roles whose level is a custom, or that tell none. What connects networks stands in many. */
const TELLS_LITTLE: ReadonlySet<Role> = new Set<Role>([
  'unknown',
  'workstation',
  'printer',
  'phone',
  'camera',
  'server',
]);
/** Level that custom gives to computers, printers and phones. */
const OFFICE = 4;
const DMZ = 3.5;
const SUPERVISORY = 2;
const OPERATIONS = 3;
/** So many devices of the plant, and more than of the office, make a network one of the plant. */
const NEEDED = 3;

/** How much the company that a device keeps tells of it. */
const TELLS = 0.7;

/** What is looked at of a device. */
export interface Leveled extends AssetBrief {
  /** A person or the plant's own list says the level. */
  readonly isLevelSaid: boolean;
}

interface Network {
  /** Up to level 2, and above it. */
  control: number;
  operations: number;
  office: number;
}

const rangeOf = (name: string): string => name.slice(name.lastIndexOf(' ') + 1);

/**
 * Networks at home: of several places in which addresses of one range are seen the one with most of them. The others are views past
 * a router, where a device stands beside whoever else was asked from there.
 */
const homesOf = (members: ReadonlyMap<string, number>): ReadonlySet<string> => {
  const most = new Map<string, string>();
  for (const [name, count] of members) {
    const known = most.get(rangeOf(name));
    if (known === undefined || count > members.get(known)!) most.set(rangeOf(name), name);
  }
  return new Set(most.values());
};

/** Levels by id, of those devices alone for which the network tells one. */
export const levelsByNetwork = (
  assets: readonly Leveled[],
  /** Where an endpoint was seen, ending in its range of addresses behind a blank; '' where that says nothing. */
  networkOf: (endpoint: EndpointId) => string,
): ReadonlyMap<string, Conclusion<PurdueLevel>> => {
  const networks = new Map<string, Network>();
  const of = (name: string): Network => {
    const known = networks.get(name);
    if (known !== undefined) return known;
    const fresh = { control: 0, operations: 0, office: 0 };
    networks.set(name, fresh);
    return fresh;
  };
  const namesOf = new Map<string, readonly string[]>();
  const members = new Map<string, number>();
  for (const { id, parent, endpoints } of assets) {
    if (parent !== undefined) continue;
    const names = [...new Set(endpoints.map(networkOf))].filter((name) => name !== '');
    namesOf.set(id, names);
    for (const name of names) members.set(name, (members.get(name) ?? 0) + 1);
  }
  const homes = homesOf(members);
  const open: { readonly id: string; readonly names: readonly string[] }[] = [];
  for (const { id, role, level, isLevelSaid } of assets) {
    const names = (namesOf.get(id) ?? []).filter((name) => homes.has(name));
    for (const name of names) {
      const network = of(name);
      if (level <= SUPERVISORY) network.control++;
      else if (level < DMZ) network.operations++;
      else if (level >= OFFICE) network.office++;
    }
    if (!isLevelSaid && TELLS_LITTLE.has(role) && (Number.isNaN(level) || level === OFFICE)) open.push({ id, names });
  }
  const levels = new Map<string, Conclusion<PurdueLevel>>();
  for (const { id, names } of open) {
    let level: Conclusion<PurdueLevel> | undefined;
    let isElsewhere = false;
    for (const name of names) {
      const { control, operations, office } = networks.get(name)!;
      const plant = control + operations;
      if (plant >= NEEDED && plant > office)
        level = {
          value: control >= operations ? SUPERVISORY : OPERATIONS,
          confidence: Math.round((TELLS * plant * 1000) / (plant + office)) / 1000,
          reasons: [`it stands in ${rangeOf(name)} among ${plant} devices of the plant`],
        };
      else if (office > 1) isElsewhere = true;
    }
    // One with a foot in the office too is a way between them, and told as before.
    if (level !== undefined && !isElsewhere) levels.set(id, level);
  }
  return levels;
};
