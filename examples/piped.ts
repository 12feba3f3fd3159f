// Pipes each connection through a command of its own: what a client sends is the input of the command, its output is the answer. Both
// directions hold back the side that is too fast; the end of the client's output closes the input of the command.
// Try it: printf 'verse\ncouplet\n' | nc -N 127.0.0.1 8029; or with another command: ... piped.ts 8029 wc -w

import type { ProcessTransport, Reactor, Transport } from 'couplet';
import { Factory, ProcessProtocol, Protocol, reactor } from 'couplet';
import { limitConnections, timeoutIdle } from 'couplet/policies';

/** Sends the output of a command to a client, and hangs up when the command has ended. */
class Answer extends ProcessProtocol {
  readonly #client: Transport;

  constructor(client: Transport) {
    super();
    this.#client = client;
  }

  // The promise holds back the output of the command until the client has taken what it has got.
  override outReceived(data: Buffer) {
    return this.#client.write(data) ? undefined : this.#client.drained();
  }

  override errReceived(data: Buffer) {
    console.error(data.toString().trimEnd());
  }

  override processEnded(reason: Error) {
    if (reason.name !== 'ProcessDone') console.error(reason.message);
    this.#client.loseConnection();
  }
}

export class Piped extends Protocol<PipedFactory> {
  #process: ProcessTransport | undefined;

  override connectionMade() {
    const { reactor, command, args } = this.factory;
    this.#process = reactor.spawnProcess(new Answer(this.transport), command, args);
  }

  // The promise holds the client back until the command has taken what it has got, or takes nothing any more.
  override dataReceived(data: Buffer) {
    if (this.#process?.write(data) === false) return this.#process.drained();
  }

  override readConnectionLost() {
    this.#process?.closeStdin();
  }

  // Not in `connectionLost`, which waits for the promise: a command that takes nothing would be waited for.
  override leaving() {
    this.#process?.signalProcess('SIGTERM');
    this.#process?.loseConnection();
  }
}

export class PipedFactory extends Factory {
  override protocol = Piped;
  readonly reactor: Reactor;
  readonly command: string;
  readonly args: readonly string[];

  constructor(reactor: Reactor, command: string, args: readonly string[]) {
    super();
    this.reactor = reactor;
    this.command = command;
    this.args = args;
  }
}

/** At most `max` commands at a time; one is ended when nothing has moved on its connection for `idleTimeoutMs`. */
export function guardedPiped(factory: PipedFactory, { max = 20, idleTimeoutMs = 60_000 } = {}) {
  return limitConnections(timeoutIdle(factory, { idleTimeoutMs }), { max });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const [, , number = '8029', command = 'sort', ...args] = process.argv;
  const factory = guardedPiped(new PipedFactory(reactor, command, args));
  const port = await reactor.listenTCP(Number(number), factory, { interface: '127.0.0.1' });
  console.log(`${port.getHost().authority} pipes through ${[command, ...args].join(' ')}`);
  await reactor.run();
}
