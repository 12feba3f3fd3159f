import process from 'node:process';
import type { Clock } from 'couplet';
import { LiveBlock } from '../terminal/live-block.ts';
import { sayJson, saysOnTerminal } from '../terminal/output.ts';
import { canRedraw } from '../terminal/terminal.ts';
import type { SessionEvent, SessionWatcher } from '../values/session-events.ts';

/** When the live block is drawn: on a terminal, or in any case, or not at all. */
export const PROGRESS = ['auto', 'always', 'never'] as const;

/** What is to be seen of a session. */
export interface ViewOptions {
  /** A line of JSON for each event instead of the lines of text. */
  readonly json: boolean;
  /** Prints the poems too. */
  readonly print: boolean;
  readonly progress: (typeof PROGRESS)[number];
  /** The lengths of the poems, if they are known. */
  readonly expectBytes: readonly number[] | undefined;
}

/** How a session is shown. */
export interface View {
  /** Which lines of text are printed: all, those that stay while a block shows the chunks, or none. */
  readonly lines: 'all' | 'whole' | 'none';
  readonly watchers: readonly SessionWatcher[];
}

/** How the next session is shown. */
export function viewOf(
  clock: Pick<Clock, 'now' | 'callLater'>,
  { json, print, progress, expectBytes }: ViewOptions,
): View {
  const drawn =
    progress === 'always' || (progress === 'auto' && canRedraw(process.stderr) && !(json && saysOnTerminal()));
  const watchers: SessionWatcher[] = [];
  if (json) watchers.push((event) => sayJson(print ? withPoem(event) : withoutPoem(event)));
  if (drawn) {
    const block = new LiveBlock(process.stderr, clock, expectBytes);
    watchers.push((event) => block.watch(event));
  }
  return { lines: json ? 'none' : drawn && saysOnTerminal() ? 'whole' : 'all', watchers };
}

/** The poem as text, decoded when it is whole. */
function withPoem(event: SessionEvent): object {
  return event.event === 'finished' ? { ...event, poem: event.poem?.toString('utf8') } : event;
}

function withoutPoem(event: SessionEvent): object {
  return event.event === 'finished' ? { ...event, poem: undefined } : event;
}
