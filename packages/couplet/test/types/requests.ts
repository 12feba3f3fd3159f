// What requests know of what is sent and of what comes back. Compiled, never run.
import type { Reactor } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
import { Requests, TextLineReceiver } from 'couplet/protocols';
import { exactly } from './exactly.ts';

interface Command {
  readonly name: string;
}

class Client extends TextLineReceiver {
  readonly #requests = new Requests<Command, string>(
    this,
    ({ name }, id) => this.sendLine(`${exactly<number>()(id)} ${name}`),
    {
      matchedBy: 'id',
      unexpected: (response) => exactly<string>()(response),
    },
  );

  ask(name: string, options?: { readonly timeoutMs?: number }): Promise<string> {
    return this.#requests.send({ name }, options);
  }

  override lineReceived(line: string): void {
    const [id, ...words] = line.split(' ');
    this.#requests.settleById(Number(id), words.join(' '));
    // @ts-expect-error a response is a string
    this.#requests.settle({ name: line });
    // @ts-expect-error a request is a command
    void this.#requests.send(line);
  }

  override connectionLost(reason: Error): void {
    this.#requests.connectionLost(reason);
  }
}

export async function asked(reactor: Reactor, signal: AbortSignal): Promise<void> {
  const service = new ClientService(clientFromString(reactor, 'tcp:localhost:80'), () => new Client());
  exactly<string>()(await service.request((client, left) => client.ask('time', left), { timeoutMs: 1000, signal }));
  exactly<number>()(await service.request(async (client) => (await client.ask('time')).length));
  // @ts-expect-error the client has no such method
  await service.request((client) => client.tell('time'));
}

export function refused(client: Client): unknown {
  // @ts-expect-error there are two ways to match
  return new Requests<string, string>(client, () => {}, { matchedBy: 'name' });
}
