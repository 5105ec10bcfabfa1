export const SetupPage = () => null;
export const LoginPage = () => null;
