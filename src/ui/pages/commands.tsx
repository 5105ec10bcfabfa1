export const CommandsPage = () => null;
