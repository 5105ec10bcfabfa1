export const CoveragePage = () => null;
