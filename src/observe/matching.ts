/**
 * Patterns against values that come from many devices: each pair is looked at once and remembered, up to a bound at which
 * everything is forgotten.
 */
const MAX_REMEMBERED = 50_000;
const remembered = new Map<RegExp, Map<string, boolean>>();
let rememberedCount = 0;

export const matches = (pattern: RegExp, value: string): boolean => {
  let known = remembered.get(pattern);
  if (known === undefined) {
    known = new Map();
    remembered.set(pattern, known);
  }
  let hit = known.get(value);
  if (hit === undefined) {
    hit = pattern.test(value);
    if (++rememberedCount > MAX_REMEMBERED) {
      remembered.clear();
      rememberedCount = 0;
    }
    known.set(value, hit);
  }
  return hit;
};
