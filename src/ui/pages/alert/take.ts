/** Who takes care of an alert or incident, on its button: nobody takes it from somebody else without having read his name. */
interface Taken {
  readonly assignee: string;
  readonly assigneeName: string;
}
export const takeWord = (mine: boolean, { assignee }: Taken): string =>
  mine ? 'Give back' : assignee === '' ? 'Take' : 'Take over';
export const takeHelp = (mine: boolean, { assignee, assigneeName }: Taken): string =>
  mine
    ? 'Give it back (t)'
    : assignee === ''
      ? 'I take care of it (t)'
      : `${assigneeName} takes care of it; from now on I do (t)`;
