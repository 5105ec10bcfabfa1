export const PointPage = () => null;
