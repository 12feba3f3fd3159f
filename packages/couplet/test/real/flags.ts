import process from 'node:process';

/**
 * What Node has to be told to run another program as this one: where packages come from. The test runner hands its files
 * every option there is, and some of them do something by being named: `--report-signal` writes a report on SIGUSR2.
 */
export const flags: readonly string[] = process.execArgv.filter((flag) => flag.startsWith('--conditions='));
