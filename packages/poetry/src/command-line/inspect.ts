import type { Reactor } from 'couplet';
import { CannotListenError } from 'couplet';
import { note } from '../terminal/output.ts';
import { UsageError } from './usage-error.ts';

/** Where an inspector listens unless that is said: on any free port, for this machine alone. */
const USUAL = 'tcp:0:interface=127.0.0.1';

/** Where else it may listen. */
const FORMS = '--inspect takes tcp:PORT:interface=127.0.0.1 or unix:PATH';

/** Words of a command line in which `--inspect` alone has its value: the word behind it, a file for instance, is not meant as one. */
export function withInspectValue(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return words.map((word, at) => (word === '--inspect' && (end < 0 || at < end) ? `--inspect=${USUAL}` : word));
}

/**
 * Serves a page that shows what the reactor does, until that has stopped. Resolves to what prints where the page is. The package for it is
 * loaded only here. Rejects with a `UsageError` if `listen` is not a place for it.
 */
export async function openInspector(reactor: Reactor, listen: string): Promise<() => void> {
  const { serveInspector } = await import('couplet-inspector');
  try {
    const inspector = await serveInspector(reactor, { listen });
    return () => note(inspector.notice);
  } catch (error) {
    if (error instanceof CannotListenError || !(error instanceof Error)) throw error;
    throw new UsageError(`--inspect: ${error.message}`, { cause: error, hint: FORMS });
  }
}
