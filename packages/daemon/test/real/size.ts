import process from 'node:process';

const { COUPLET_DAEMON_FULL: full } = process.env;
/** Whether tests take the whole numbers of the requirements, for `npm run soak`; else they take few, since `npm test` runs them too. */
export const FULL: boolean = full !== undefined;

/** For `skip`: why a test does not run that takes many seconds, or looks at how long something takes. */
export const LONG: string | false = FULL ? false : 'it takes long: npm run soak';

/**
 * By how much an upper bound of time is wider than what is required, outside of `npm run soak`: other tests run beside, on a machine that
 * may be slow.
 */
export const ALLOWANCE: number = FULL ? 1 : 5;
