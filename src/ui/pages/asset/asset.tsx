export const AssetPage = () => null;
