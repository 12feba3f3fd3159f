import process from 'node:process';

const { COUPLET_FULL: full } = process.env;

/** Whether tests take their whole numbers of seeds and cuts, as `npm run test:runtimes` has them; `npm test` takes fewer. */
export const FULL: boolean = full !== undefined;
