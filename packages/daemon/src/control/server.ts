import { lchown } from 'node:fs/promises';
import type { Clock, DelayedCall, ListeningPort, Reactor } from 'couplet';
import { CannotListenError, Factory, TimeoutError } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { LineReceiver } from 'couplet/protocols';
import { codeOf, reasonOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { askControl } from './ask.ts';
import { type ControlAnswer, ControlRequest, parseLine } from './messages.ts';
import type { ReloadResult, StatusReport } from './report.ts';

/** What answers the requests of a control socket. A client that waits may be gone when the answer comes. */
export interface ControlHandler {
  status(): StatusReport;
  /** Reloads. Resolves when the new generation is ready, or has failed. With `force` everything counts as changed. */
  reload(options: { readonly force: boolean }): Promise<ReloadResult>;
  /** Drains and stops; with `now` all connections are aborted. Resolves when everything but the control socket has ended. */
  stop(options: { readonly now: boolean }): Promise<void>;
}

/** The most bytes of a request. */
const MOST_BYTES = 1024;
/** How long a client may take for its request. */
const REQUEST_MS = 5000;
/** How many clients there may be at a time; those that wait count. */
const MOST_CLIENTS = 32;
/** What one client more is told: an end without an answer would say that the daemon has stopped. */
const FULL: ControlAnswer = { answer: 'failed', line: `the daemon serves ${MOST_CLIENTS} control clients already` };
/** How long an answer may take to leave when the server closes. */
const CLOSE_MS = 500;
/** How long the holder of a socket may take to tell its process number. */
const PROBE_MS = 2000;

/**
 * The control socket of a daemon, which is its lock as well: one process has it at a time, and what a dead one left is replaced. It can be
 * used by its user alone.
 */
export class ControlServer {
  /** The path of the socket. */
  readonly path: string;
  readonly #port: ListeningPort;

  private constructor(path: string, port: ListeningPort) {
    this.path = path;
    this.#port = port;
  }

  /**
   * Takes the socket. Rejects with a `CommandError` with 69 if a live process has it, which the line names by its number if it answers
   * within 2 s, and with 73 if the socket cannot be made.
   */
  static async claim(reactor: Reactor, path: string, handler: ControlHandler): Promise<ControlServer> {
    const message = `${JSON.stringify(FULL)}\n`;
    const factory = limitConnections(new Controls(handler), { max: MOST_CLIENTS, message });
    try {
      return new ControlServer(path, await reactor.listenUNIX(path, factory, { mode: 0o600 }));
    } catch (error) {
      if (!(error instanceof CannotListenError)) throw error;
      if (codeOf(error.cause) === 'EADDRINUSE') throw await runningAt(reactor, path);
      throw new CommandError(`cannot make the control socket: ${error.message}`, EXIT.cannotCreate, { cause: error });
    }
  }

  /** Gives the socket's file to another user, who can then use it. Rejects with a `CommandError` with 73 if the system refuses. */
  async giveTo(uid: number, gid: number): Promise<void> {
    try {
      await lchown(this.path, uid, gid);
    } catch (error) {
      throw new CommandError(`cannot give ${this.path} to user ${uid}: ${reasonOf(error)}`, EXIT.cannotCreate, {
        cause: error,
      });
    }
  }

  /** Stops listening and releases the lock. Resolves when all answers have been sent, after 500 ms at most. */
  async close(): Promise<void> {
    await this.#port.drain({ timeoutMs: CLOSE_MS });
  }
}

/** What to say of the process that holds the socket. */
async function runningAt(reactor: Reactor, path: string): Promise<CommandError> {
  try {
    const answer = await askControl(path, { ask: 'status' }, { reactor, timeoutMs: PROBE_MS });
    if (answer.answer === 'status')
      return new CommandError(`already running, pid ${answer.report.pid} (${path})`, EXIT.unavailable);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  return new CommandError(`already running: a process that does not answer has ${path}`, EXIT.unavailable);
}

class Controls extends Factory {
  override protocol = Control;
  readonly handler: ControlHandler;

  constructor(handler: ControlHandler) {
    super();
    this.handler = handler;
  }
}

/** One client: its request, and the answer. */
class Control extends LineReceiver<Controls> {
  override delimiter = '\n';
  override maxLength = MOST_BYTES;
  #deadline: DelayedCall | undefined;
  #asked = false;

  override connectionMade(): void {
    const { clock }: { clock: Clock } = this.transport;
    this.#deadline = clock.callLater(REQUEST_MS, () =>
      this.transport.abortConnection(new TimeoutError(`no request within ${REQUEST_MS / 1000} s`)),
    );
  }

  override lineReceived(line: Buffer): void {
    // One request a connection: what comes behind it is not read.
    if (this.#asked) return;
    this.#asked = true;
    this.#deadline?.cancel();
    const request = parseLine(ControlRequest, line);
    if (request === undefined)
      this.#answer({ answer: 'failed', line: 'the request is not one that this daemon knows' });
    else void this.#serve(request);
  }

  override draining(): void {
    if (!this.#asked) this.transport.loseConnection();
  }

  override connectionLost(): void {
    this.#deadline?.cancel();
  }

  async #serve(request: ControlRequest): Promise<void> {
    const { handler } = this.factory;
    try {
      switch (request.ask) {
        case 'status':
          return this.#answer({ answer: 'status', report: handler.status() });
        case 'reload': {
          const result = handler.reload({ force: request.force });
          if (!request.wait) this.#answer({ answer: 'accepted' });
          return this.#answer({ answer: 'reloaded', result: await result });
        }
        case 'stop':
          await handler.stop({ now: request.now });
          return this.#answer({ answer: 'stopped' });
      }
    } catch (error) {
      this.#answer({ answer: 'failed', line: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Sends the answer and closes. Does nothing if there was one, or the client is gone. */
  #answer(answer: ControlAnswer): void {
    if (this.transport.disconnecting || this.transport.disconnected) return;
    this.sendLine(JSON.stringify(answer));
    this.transport.loseConnection();
  }
}
