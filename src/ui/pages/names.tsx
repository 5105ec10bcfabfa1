export const NamesPage = () => null;
