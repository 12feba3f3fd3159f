import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Failure } from '../ipc/messages.ts';
import { EXIT } from '../values/exit-status.ts';

/** Tells a child that its parent waits until it is ready. */
const MARK = 'COUPLET_DAEMONIZED';

/** The signals that end a parent which waits: the child gets them. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What a child tells its parent. */
type Word = { readonly kind: 'ready' } | ({ readonly kind: 'failed' } & Failure);

/** How a daemon is started. */
export interface DaemonizeOptions {
  /** Takes the line of a failure, for standard error. */
  readonly say: (line: string) => void;
  /** The program and its words; the command of this process unless set. */
  readonly command?: readonly [program: string, ...words: string[]];
}

/**
 * Starts the same command once more as a daemon: in a session of its own, without a terminal, with the null device as standard streams.
 * Resolves to the status with which this process should end: 0 as soon as the daemon says that it is ready; if it fails, its line has been
 * said, and the status is its own. A signal meanwhile goes to the daemon.
 */
export async function daemonize({ say, command = ownCommand() }: DaemonizeOptions): Promise<number> {
  const [program, ...words] = command;
  const child = spawn(program, words, {
    detached: true,
    env: { ...process.env, [MARK]: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, pass);
  const failure = await new Promise<Failure | undefined>((resolve) => {
    let told: Failure | undefined;
    child.on('message', (word: Word) => {
      if (word.kind === 'ready') resolve(undefined);
      else told = word;
    });
    child.once('error', ({ message }) => resolve({ line: `cannot start the daemon: ${message}`, status: EXIT.system }));
    child.once('exit', (status, signal) => {
      const how = signal === null ? `with status ${status}` : `by ${signal}`;
      const unsaid = { line: `the daemon ended ${how} before it was ready`, status: status || EXIT.software };
      // Its last word may still be under way.
      if (child.connected) child.once('disconnect', () => resolve(told ?? unsaid));
      else resolve(told ?? unsaid);
    });
  });
  for (const signal of SIGNALS) process.off(signal, pass);
  if (child.connected) child.disconnect();
  child.unref();
  if (failure === undefined) return EXIT.done;
  say(failure.line);
  return failure.status;
}

/** The parent of a daemon that is starting. Both methods end the connection to it, and do nothing when that has ended. */
export interface DaemonParent {
  /** It may end: the daemon serves. Resolves when that is told. */
  ready(): Promise<void>;
  /** The daemon has failed, and is about to end with that status. Resolves when that is told. */
  failed(failure: Failure): Promise<void>;
}

/** Returns the parent that waits for this process; undefined if none does. To be called once, before there are children. */
export function daemonParent(): DaemonParent | undefined {
  const { [MARK]: mark } = process.env;
  delete process.env[MARK];
  if (mark === undefined || process.send === undefined) return undefined;
  return { ready: () => tell({ kind: 'ready' }), failed: (failure) => tell({ kind: 'failed', ...failure }) };
}

async function tell(word: Word): Promise<void> {
  if (!process.connected) return;
  // An error only says that the parent has gone.
  await new Promise<void>((resolve) => process.send?.(word, undefined, undefined, () => resolve()));
  if (!process.connected) return;
  const ended = once(process, 'disconnect');
  process.disconnect();
  await ended;
}

function ownCommand(): [string, ...string[]] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
}
