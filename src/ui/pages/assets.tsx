export const AssetsPage = () => null;
