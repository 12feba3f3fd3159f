import type { Reactor } from 'couplet';
import { CannotListenError } from 'couplet';
import type { FrameSource, Inspector } from 'couplet-inspector';
import { messageOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { refusal } from '../values/refusal.ts';
import { loadInspector } from '../worker/inspector-module.ts';

/**
 * Serves the inspector of a daemon beside its reactor. It shows `source`, or this reactor if there is none. Rejects with a `CommandError` if
 * its package is not installed, the place is taken, or others could look.
 */
export async function openInspector(reactor: Reactor, listen: string, source?: FrameSource): Promise<Inspector> {
  const { serveInspector } = await loadInspector();
  try {
    return await serveInspector(reactor, { listen, ...(source !== undefined && { source }) });
  } catch (error) {
    if (error instanceof CannotListenError) throw refusal(`cannot serve the inspector on ${listen}`, error);
    throw new CommandError(`inspect: ${messageOf(error)}`, EXIT.configuration, { cause: error });
  }
}
