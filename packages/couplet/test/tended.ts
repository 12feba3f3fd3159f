import { Protocol } from 'couplet';
import type { ServiceOptions } from 'couplet/endpoints';
import { ClientService } from 'couplet/endpoints';
import { FakeEndpoint } from './endpoints/fake-endpoint.ts';

/** Everything that could happen has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A service of a fake endpoint. The test decides when a connection is prepared. */
export class Tended {
  readonly endpoint: FakeEndpoint = new FakeEndpoint();
  readonly failures: unknown[][] = [];
  readonly built: Protocol[] = [];
  readonly service: ClientService<() => Protocol>;
  prepared: () => void = () => {};
  unfit: (error: unknown) => void = () => {};

  constructor(options: ServiceOptions<Protocol> = {}) {
    const build = (): Protocol => {
      const protocol = new Protocol();
      this.built.push(protocol);
      return protocol;
    };
    this.service = new ClientService(this.endpoint, build, {
      jitter: 'none',
      prepareConnection: () =>
        new Promise<void>((resolve, reject) => {
          this.prepared = resolve;
          this.unfit = reject;
        }),
      onFailure: (...failure) => void this.failures.push(failure),
      ...options,
    });
  }

  async accept(): Promise<void> {
    this.endpoint.accept();
    await settled();
  }

  async connect(): Promise<void> {
    if (!this.service.running) this.service.startService();
    await this.accept();
    this.prepared();
    await settled();
  }

  /** What can be seen of the service. */
  async seen(): Promise<object> {
    const { service, endpoint } = this;
    const impatience = new AbortController();
    let ready = false;
    const waited = service.whenConnected({ signal: impatience.signal }).then(
      () => {
        ready = true;
      },
      () => {},
    );
    await settled();
    impatience.abort();
    await waited;
    const attempt = endpoint.connecting ? (endpoint.cancelled ? 'cancelled' : 'goes on') : 'none';
    const connection = endpoint.transport === undefined ? 'none' : endpoint.closing ? 'closing' : 'open';
    return { running: service.running, attempt, connection, ready, waits: endpoint.clock.getDelayedCalls().length };
  }
}
