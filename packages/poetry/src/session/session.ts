import type { Reactor } from 'couplet';
import type { Task } from '../download/task.ts';
import { recite, say } from '../terminal/output.ts';
import { colourOf } from '../terminal/terminal.ts';
import { duration } from '../values/duration.ts';
import type { SessionEvent, SessionWatcher, TaskStep } from '../values/session-events.ts';

/** How poems are downloaded and shown. */
export interface SessionOptions {
  /** One after the other instead of all at once. */
  readonly blocking: boolean;
  /** Prints each poem below the line with its length. */
  readonly print: boolean;
  /** Which lines are printed: all, none, or all but those for the chunks. */
  readonly lines?: 'all' | 'whole' | 'none';
  /** Are told each event, in their order. */
  readonly watchers?: readonly SessionWatcher[];
}

/** How a session went. */
export interface SessionResult {
  /** How many poems are complete. */
  readonly whole: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

type Tell = (step: TaskStep) => void;

/** Prints what a task has to say on standard output. */
interface Printer {
  line(task: number, text: string): void;
  chunk(task: number, text: string): void;
  poem(poem: Buffer): void;
}

/** What is complete. */
interface Tally {
  whole: number;
  bytes: number;
}

/** Runs the tasks and reports on standard output, line by line. */
export async function runSession(
  reactor: Reactor,
  tasks: readonly Task[],
  options: SessionOptions,
): Promise<SessionResult> {
  const { blocking, lines = 'all', watchers = [] } = options;
  const began = reactor.now();
  const elapsed = (): number => Math.round((reactor.now() - began) * 1000) / 1000;
  const tellAll = (event: SessionEvent): void => {
    for (const watch of watchers) watch(event);
  };
  const tell: Tell = watchers.length === 0 ? () => {} : (step) => tellAll({ ms: elapsed(), ...step });
  tellAll({ ms: 0, event: 'begun', blocking, tasks: tasks.map(shown) });
  const { whole, bytes } = await (blocking ? oneByOne : allAtOnce)(reactor, tasks, printerOf(options), tell);
  const ms = reactor.now() - began;
  if (lines !== 'none') say(`Got ${whole} ${whole === 1 ? 'poem' : 'poems'} in ${duration(ms)}`);
  tellAll({ ms: elapsed(), event: 'ended', poems: whole, bytes });
  return { whole, ms };
}

function printerOf({ print, lines = 'all' }: SessionOptions): Printer {
  const silent = (): void => {};
  const line = (task: number, text: string): void => say(`Task ${task}${text}`, colourOf(task));
  return {
    line: lines === 'none' ? silent : line,
    chunk: lines === 'all' ? line : silent,
    poem: print && lines !== 'none' ? recite : silent,
  };
}

function shown({ number, address }: Task): { readonly task: number; readonly address: string } {
  return { task: number, address: address.name };
}

async function oneByOne(reactor: Reactor, tasks: readonly Task[], printer: Printer, tell: Tell): Promise<Tally> {
  const tally = { whole: 0, bytes: 0 };
  for (const task of tasks) {
    const { number, address } = task;
    printer.line(number, `: get poetry from: ${address.name}`);
    const began = reactor.now();
    const poem = await task.run(reactor, tell);
    if (poem === undefined) continue;
    const elapsed = duration(reactor.now() - began);
    printer.line(number, `: got ${poem.length} bytes of poetry from ${address.name} in ${elapsed}`);
    printer.poem(poem);
    tally.whole += 1;
    tally.bytes += poem.length;
  }
  return tally;
}

async function allAtOnce(reactor: Reactor, tasks: readonly Task[], printer: Printer, tell: Tell): Promise<Tally> {
  const running = tasks.map(async (task) => {
    const { number, address } = task;
    const poem = await task.run(reactor, (step) => {
      tell(step);
      if (step.event === 'chunk') printer.chunk(number, `: got ${step.bytes} bytes of poetry from ${address.name}`);
    });
    if (poem !== undefined) printer.line(number, ' finished');
    return { number, poem };
  });
  const tally = { whole: 0, bytes: 0 };
  for (const { number, poem } of await Promise.all(running)) {
    if (poem === undefined) continue;
    printer.line(number, `: ${poem.length} bytes of poetry`);
    printer.poem(poem);
    tally.whole += 1;
    tally.bytes += poem.length;
  }
  return tally;
}
