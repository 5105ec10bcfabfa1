/** Recipes of the line: what a change of product sets in which controller. */
export interface Recipe {
  readonly name: string;
  readonly brix: number;
  readonly holdC: number;
  readonly fillMl: number;
  readonly perMinute: number;
  readonly torqueNm: number;
}

/** By number; 0 is no product. */
export const RECIPES: Readonly<Record<number, Recipe>> = {
  1: { name: 'lemonade 0.5 l', brix: 9.5, holdC: 73, fillMl: 500, perMinute: 200, torqueNm: 1.6 },
  2: { name: 'cola 0.33 l', brix: 10.8, holdC: 75, fillMl: 330, perMinute: 260, torqueNm: 1.5 },
  3: { name: 'iced tea 0.5 l', brix: 6.8, holdC: 78, fillMl: 500, perMinute: 180, torqueNm: 1.7 },
};

/** The writes that change the line over to recipe `number`, in the order in which the recipe screen sends them. */
export const recipeWrites = (number: number): readonly { controller: string; point: string; value: number }[] => {
  const r = RECIPES[number];
  if (r === undefined) throw new Error(`no recipe ${number}`);
  return [
    { controller: 'plc-blend', point: 'RECIPE.NO', value: number },
    { controller: 'plc-blend', point: 'AIC-501.SP', value: r.brix },
    { controller: 'plc-pasteur', point: 'TIC-601.SP', value: r.holdC },
    { controller: 'plc-pasteur', point: 'TAL-603.LIM', value: r.holdC - 1.5 },
    { controller: 'plc-filler', point: 'FILL.SP', value: r.fillMl },
    { controller: 'plc-filler', point: 'SPEED.SP', value: r.perMinute },
    { controller: 'plc-capper', point: 'TORQUE.SP', value: r.torqueNm },
    { controller: 'plc-conveyor', point: 'SIC-1101.SP', value: r.perMinute * 1.15 },
    { controller: 'plc-packer', point: 'CASE.SIZE', value: r.fillMl > 400 ? 12 : 24 },
  ];
};
