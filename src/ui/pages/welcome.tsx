export const WelcomePage = () => null;
