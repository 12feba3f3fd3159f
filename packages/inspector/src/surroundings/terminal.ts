import process from 'node:process';

/** Whether standard error is a terminal: what is printed there is not kept. */
export function onTerminal(): boolean {
  return process.stderr.isTTY === true;
}
