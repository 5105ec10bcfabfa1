export const PointsPage = () => null;
