/** An asset list that was dropped where captures are taken: it waits here until the page Names takes it. */
let given: File | undefined;

export const giveList = (file: File): void => {
  given = file;
};
/** Once: who takes it has it. */
export const takeGivenList = (): File | undefined => {
  const file = given;
  given = undefined;
  return file;
};
