import type { Reactor } from 'couplet';
import type { Task } from '../download/task.ts';
import { duration } from './duration.ts';
import { recite, say } from './output.ts';

/** How poems are downloaded and shown. */
export interface SessionOptions {
  /** One after the other instead of all at once. */
  readonly blocking: boolean;
  /** Prints each poem below the line with its length. */
  readonly print: boolean;
}

/** Runs the tasks and reports on standard output, line by line. Resolves to how many poems are complete. */
export async function runSession(reactor: Reactor, tasks: readonly Task[], options: SessionOptions): Promise<number> {
  const began = reactor.now();
  const whole = await (options.blocking ? oneByOne : allAtOnce)(reactor, tasks, options.print);
  say(`Got ${whole} ${whole === 1 ? 'poem' : 'poems'} in ${duration(reactor.now() - began)}`);
  return whole;
}

async function oneByOne(reactor: Reactor, tasks: readonly Task[], print: boolean): Promise<number> {
  let whole = 0;
  for (const task of tasks) {
    const { number, address } = task;
    say(`Task ${number}: get poetry from: ${address.name}`);
    const began = reactor.now();
    const poem = await task.run(reactor, () => {});
    if (poem === undefined) continue;
    const elapsed = duration(reactor.now() - began);
    say(`Task ${number}: got ${poem.length} bytes of poetry from ${address.name} in ${elapsed}`);
    if (print) recite(poem);
    whole += 1;
  }
  return whole;
}

async function allAtOnce(reactor: Reactor, tasks: readonly Task[], print: boolean): Promise<number> {
  const running = tasks.map(async (task) => {
    const { number, address } = task;
    const poem = await task.run(reactor, (length) => {
      say(`Task ${number}: got ${length} bytes of poetry from ${address.name}`);
    });
    if (poem !== undefined) say(`Task ${number} finished`);
    return { number, poem };
  });
  let whole = 0;
  for (const { number, poem } of await Promise.all(running)) {
    if (poem === undefined) continue;
    say(`Task ${number}: ${poem.length} bytes of poetry`);
    if (print) recite(poem);
    whole += 1;
  }
  return whole;
}
