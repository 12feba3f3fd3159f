/** How soon a full listener is asked again, in milliseconds, and how much later at random, so that not all who wait ask at once. */
const SOON = 10;
const SPREAD = 40;

/** Asks a UNIX socket's listener again that was full: the system reports this at once, where TCP would wait. */
export function askAgain(ask: () => void): NodeJS.Timeout {
  return setTimeout(ask, SOON + Math.random() * SPREAD);
}
