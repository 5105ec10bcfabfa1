/** Names of values that are not shown, whatever protocol gives them: `password`, `api_key`, `plant/wifi/pass`. */

const SECRET_NAME =
  /passw|passphrase|pass[-_ ]?(?:code|key)|pwd|kennwort|secret|token|api[-_]?key|credential|private[-_]?key/i;
/** Short words say it only at the end, and by themselves: a bypass and a pin number of a connector are no secrets. */
const SECRET_END = /(?:^|[/._ =:-])(?:pass|pw|psk|pin)$|(?:user|login|wi-?fi|ftp|mqtt|db|admin)[-_ ]?pass$/i;

/** Names whose answer is remembered: the same few thousand are asked for with each value. Emptied when full. */
const MAX_NAMES_KNOWN = 8192;
const known = new Map<string, boolean>();

export const isSecretName = (name: string): boolean => {
  let is = known.get(name);
  if (is === undefined) {
    is = SECRET_NAME.test(name) || SECRET_END.test(name);
    if (known.size >= MAX_NAMES_KNOWN) known.clear();
    known.set(name, is);
  }
  return is;
};
