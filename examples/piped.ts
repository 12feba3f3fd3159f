// Pipes each connection through a command of its own: what a client sends is the input of the command, its output is the answer. Both
// directions hold back whoever is too fast; the end of the client's output closes the input of the command.
// Try it: printf 'verse\ncouplet\n' | nc -N 127.0.0.1 8024; or with another command: ... piped.ts 8024 wc -w

import type { ProcessTransport, Reactor, Transport } from 'couplet';
import { Factory, ProcessProtocol, Protocol, reactor } from 'couplet';

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
    // While the command takes nothing more, nothing is read from the client.
    this.#process.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer) {
    this.#process?.write(data);
  }

  override readConnectionLost() {
    this.#process?.unregisterProducer();
    this.#process?.closeStdin();
  }

  override connectionLost() {
    this.#process?.unregisterProducer();
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

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const [, , number = '8024', command = 'sort', ...args] = process.argv;
  const port = await reactor.listenTCP(Number(number), new PipedFactory(reactor, command, args), {
    interface: '127.0.0.1',
  });
  console.log(`${port.getHost().authority} pipes through ${[command, ...args].join(' ')}`);
  await reactor.run();
}
