import {
  type Clock,
  ConnectError,
  ConnectionRefusedError,
  type Reactor,
  TimeoutError,
  reactor as usual,
} from 'couplet';
import { UNIXClientEndpoint } from 'couplet/endpoints';
import { LineReceiver } from 'couplet/protocols';
import { codeOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { ControlAnswer, type ControlRequest, parseLine } from './messages.ts';

/** The most bytes of an answer: a report of some ten thousand workers. */
const MOST_BYTES = 8 * 1024 ** 2;
/** How long a connection may take, and the answer to a request that does not wait. */
const ANSWER_MS = 10_000;

/** No daemon has the control socket. */
export class NotRunning extends CommandError {
  override name = 'NotRunning';
}

/** Options of `askControl`. */
export interface AskOptions {
  /** Makes the connection; that of the process unless set. */
  readonly reactor?: Reactor;
  /** How long to wait for the answer, in milliseconds; 10,000 unless set, and without end for a stop and a reload that is waited for. */
  readonly timeoutMs?: number;
  /** The clock for that wait, not for the connection's; that of the reactor unless set. */
  readonly clock?: Clock;
}

/**
 * Asks the daemon whose control socket is at a path, and resolves to its answer. A connection that ends without an answer is the answer to
 * `stop`: the daemon has ended.
 *
 * Rejects with `NotRunning` (69) if no daemon runs there, with a `CommandError` with 69 if it does not answer in time or if it ends without an answer, and with 77
 * if the socket belongs to another user.
 */
export async function askControl(
  path: string,
  request: ControlRequest,
  { reactor = usual, timeoutMs = ANSWER_MS, clock = reactor }: AskOptions = {},
): Promise<ControlAnswer> {
  const asking = new Asking(path, request);
  try {
    await new UNIXClientEndpoint(reactor, path).connect(asking, { timeoutMs });
  } catch (error) {
    throw notConnected(path, error);
  }
  const waits = request.ask === 'stop' || (request.ask === 'reload' && request.wait);
  const deadline = waits
    ? undefined
    : clock.callLater(timeoutMs, () =>
        asking.transport.abortConnection(new TimeoutError(`no answer within ${timeoutMs / 1000} s`)),
      );
  try {
    return await asking.answer;
  } finally {
    deadline?.cancel();
  }
}

/** Sends a request, and waits for the answer or the end. */
class Asking extends LineReceiver {
  override delimiter = '\n';
  override maxLength = MOST_BYTES;
  /** Settles by the end of the connection at the latest. */
  readonly answer: Promise<ControlAnswer>;
  readonly #path: string;
  readonly #request: ControlRequest;
  #resolve: (answer: ControlAnswer) => void = () => {};
  #reject: (reason: CommandError) => void = () => {};

  constructor(path: string, request: ControlRequest) {
    super();
    this.#path = path;
    this.#request = request;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  override connectionMade(): void {
    this.sendLine(JSON.stringify(this.#request));
  }

  override lineReceived(line: Buffer): void {
    const answer = parseLine(ControlAnswer, line);
    if (answer !== undefined) this.#resolve(answer);
    this.transport.loseConnection();
  }

  override connectionLost(reason: Error): void {
    if (this.#request.ask === 'stop' && !(reason instanceof TimeoutError)) this.#resolve({ answer: 'stopped' });
    const why = reason instanceof TimeoutError ? reason.message : 'it ended without an answer that is understood';
    this.#reject(new CommandError(`the daemon at ${this.#path}: ${why}`, EXIT.unavailable, { cause: reason }));
  }
}

function notConnected(path: string, error: unknown): unknown {
  if (!(error instanceof ConnectError)) return error;
  const code = codeOf(error.cause);
  if (code === 'EACCES' || code === 'EPERM')
    return new CommandError(`the control socket ${path} belongs to another user`, EXIT.noPermission, { cause: error });
  if (error instanceof ConnectionRefusedError || code === 'ENOENT')
    return new NotRunning(`not running: nothing listens at ${path}`, EXIT.unavailable, { cause: error });
  return new CommandError(`cannot reach the daemon at ${path}: ${error.message}`, EXIT.unavailable, { cause: error });
}
