import process from 'node:process';

const { COUPLET_FULL: full } = process.env;

/** Whether tests take their whole numbers of seeds and cuts, as `npm run test:runtimes` has them on Node 24; elsewhere they take fewer. */
export const FULL: boolean = full !== undefined;
