// What a client service infers and refuses. Compiled, never run.
import type { Reactor } from 'couplet';
import { ClientFactory, Factory, Protocol } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
import { timeoutIdle } from 'couplet/policies';
import { exactly } from './exactly.ts';

/** Under any factory. */
class Order extends Protocol {
  readonly item: string;
  constructor(item: string) {
    super();
    this.item = item;
  }
}

class Client extends Protocol<DownloadFactory> {
  readonly poem = 'a poem';
}

class DownloadFactory extends ClientFactory {
  override protocol = Client;
}

class Choosing extends ClientFactory {
  override buildProtocol(): Order | null {
    return null;
  }
}

class Server extends Protocol<Factory> {}

export async function inferred(reactor: Reactor, signal: AbortSignal): Promise<void> {
  const endpoint = clientFromString(reactor, 'tcp:localhost:80');
  const downloads = new ClientService(endpoint, new DownloadFactory(), {
    prepareConnection: (client) => exactly<Client>()(client),
    onFailure: (reason, failures, nextDelayMs) => {
      exactly<Error>()(reason);
      exactly<number>()(failures);
      exactly<number>()(nextDelayMs);
    },
  });
  exactly<Client>()(await downloads.whenConnected({ signal, failAfterFailures: 3 }));
  exactly<Promise<void>>()(downloads.stopService());
  exactly<void>()(downloads.startService());

  const orders = new ClientService(endpoint, () => new Order('tea'), {
    prepareConnection: async (order) => exactly<Order>()(order),
  });
  exactly<Order>()(await orders.whenConnected());
  exactly<Order>()(await new ClientService(endpoint, new Choosing()).whenConnected());
  exactly<Client>()(
    await new ClientService(endpoint, timeoutIdle(new DownloadFactory(), { idleTimeoutMs: 1000 })).whenConnected(),
  );
  const named: ClientService<DownloadFactory> = downloads;
  await using _service = named;
}

export function refused(reactor: Reactor): unknown[] {
  const endpoint = clientFromString(reactor, 'tcp:localhost:80');
  return [
    // @ts-expect-error a server factory cannot connect
    new ClientService(endpoint, Factory.forProtocol(Protocol)),
    // @ts-expect-error the protocol demands a factory that the service does not have
    new ClientService(endpoint, () => new Client()),
    // @ts-expect-error the protocol demands a server factory
    new ClientService(endpoint, () => new Server()),
    // @ts-expect-error one protocol is not enough for many connections
    new ClientService(endpoint, new Order('tea')),
    // @ts-expect-error a description is no endpoint
    new ClientService('tcp:localhost:80', new DownloadFactory()),
    // @ts-expect-error the service decides how often it tries
    new ClientService(endpoint, new DownloadFactory(), { maxRetries: 3 }),
    // @ts-expect-error the client has no items
    new ClientService(endpoint, new DownloadFactory(), { prepareConnection: (client) => client.item }),
  ];
}
