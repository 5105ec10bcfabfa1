/** Names of values that are not shown, whatever protocol gives them: `password`, `api_key`, `sessionToken`. */

export const MASKED = '(masked)';
const SECRET_NAME = /pass|pwd|secret|token|api[-_]?key|credential|^(pw|psk|pin)$/i;
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);
