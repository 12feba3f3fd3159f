// Keeps a connection to login.ts: logs in on each new connection, and asks for the time every two seconds.
// Try it: run this, then start login.ts, stop it, start it again. Ctrl-C closes the connection in order.

import { type BackOffOptions, ClientFactory, ConnectError, reactor } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
import { type Guarded, timeoutIdle } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';

/** Sends a line, and waits for one. */
export class Visitor extends TextLineReceiver {
  #hear = (_line: string) => {};
  #fail = (_reason: Error) => {};

  hear(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#hear = resolve;
      this.#fail = reject;
    });
  }

  ask(line: string): Promise<string> {
    this.sendLine(line);
    return this.hear();
  }

  override lineReceived(line: string) {
    this.#hear(line);
  }

  override connectionLost(reason: Error) {
    this.#fail(reason);
  }
}

export class VisitorFactory extends ClientFactory {
  override protocol = Visitor;
}

export type Kept = ClientService<Guarded<VisitorFactory>>;

/** Makes a new connection ready. When it throws, the service drops the connection, and tries again later. */
async function logIn(visitor: Visitor) {
  await visitor.hear(); // name?
  await visitor.ask('ada'); // password?
  const answer = await visitor.ask('engine');
  if (!answer.startsWith('welcome')) throw new ConnectError(answer);
}

/** A service for that description. A server that has lost power closes nothing, so silence ends the connection too. */
export function keep(description: string, waits: BackOffOptions = {}): Kept {
  const factory = timeoutIdle(new VisitorFactory(), { idleTimeoutMs: 10_000 });
  return new ClientService(clientFromString(reactor, description), factory, {
    ...waits,
    prepareConnection: logIn,
    onFailure: (reason, _failures, nextDelayMs) => {
      console.log(`${reason.message}; the next try is in ${Math.round(nextDelayMs)} ms`);
    },
  });
}

/** Asks for the time, again and again until the service stops. It need not know when the connection is a new one. */
export async function askOften(service: Kept, everyMs: number) {
  while (service.running) {
    try {
      const visitor = await service.whenConnected();
      console.log(`it is ${await visitor.ask('time')}`);
    } catch (error) {
      console.log(`no answer: ${error}`);
    }
    await new Promise<void>((resolve) => reactor.callLater(everyMs, resolve));
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const service = keep(`tcp:127.0.0.1:${process.argv[2] ?? 8015}`);
  reactor.addSystemEventTrigger('before', 'shutdown', () => service.stopService());
  service.startService();
  reactor.callWhenRunning(() => askOften(service, 2000));
  await reactor.run();
}
