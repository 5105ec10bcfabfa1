/** The site of the kill -9 test (kill-child.ts, kill.test.ts). */
export const KILL_SITE = 'killed';
