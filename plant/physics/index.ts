/**
 * The physics of the simulated plant: water treatment and a bottling line, sixteen controllers. See docs/guides/the-plant.md
 * for what is modelled. `createWorld` gives a world at its time 0; everything in it follows from the seed.
 */
export { ATTACKS } from './attacks.ts';
export type { Board } from './board.ts';
export { DISTURBANCES } from './disturbances.ts';
export type { Kind, Parameter } from './kinds.ts';
export { DEFAULT_START_S, PlantWorld, type WorldOptions } from './plant.ts';
export { RECIPES, type Recipe, recipeWrites } from './recipes.ts';

import { PlantWorld, type WorldOptions } from './plant.ts';

export const createWorld = (options: WorldOptions): PlantWorld => new PlantWorld(options);
