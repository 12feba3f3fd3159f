import assert from 'node:assert/strict';
import type { ClientFactory, Connector } from 'couplet';
import { ConnectionDone, ConnectionRefusedError, IPv4Address } from 'couplet';
import type { Reachable } from 'couplet/endpoints';
import { Clock, StringTransport } from 'couplet/testing';

const PEER = new IPv4Address('192.0.2.1', 8007);

interface Attempt {
  readonly factory: ClientFactory;
  readonly signal: AbortSignal;
  resolve(protocol: unknown): void;
  reject(reason: Error): void;
}

/** An endpoint whose attempts and connections a test ends by hand. There may be one at a time, and no more. */
export class FakeEndpoint implements Reachable {
  readonly clock: Clock = new Clock();
  /** When each attempt began. */
  readonly began: number[] = [];
  /** The connection was told to close in order. */
  closing = false;
  /** That of the connection. */
  transport: StringTransport | undefined;
  #attempt: Attempt | undefined;
  #lose: (reason: Error) => void = () => {};

  readonly #connector: Connector = {
    state: 'disconnected',
    destination: 'nowhere:1',
    connect: () => assert.fail('the service connects by its endpoint'),
    disconnect: () => {
      this.closing = true;
    },
    stopConnecting: () => assert.fail('the service cancels by its signal'),
    getPeer: () => null,
    whenConnected: () => assert.fail('the endpoint says it'),
  };

  get connecting(): boolean {
    return this.#attempt !== undefined;
  }

  connect(factory: ClientFactory, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    assert.ok(!this.connecting && this.transport === undefined, 'an attempt beside another one or a connection');
    this.began.push(this.clock.now());
    return new Promise((resolve, reject) => {
      this.#attempt = { factory, signal, resolve, reject };
      factory.doStart(this.clock);
      factory.startedConnecting(this.#connector);
    });
  }

  /** The attempt succeeds. */
  accept(): void {
    const { factory, resolve } = this.#take();
    const protocol = factory.buildProtocol(PEER);
    assert.ok(protocol !== null);
    const transport = new StringTransport({ clock: this.clock });
    this.transport = transport;
    this.closing = false;
    this.#lose = (reason) => {
      this.transport = undefined;
      protocol.connectionLost(reason);
      factory.clientConnectionLost(this.#connector, reason);
      factory.doStop();
    };
    protocol.makeConnection(transport);
    resolve(protocol);
  }

  /** The attempt fails. */
  fail(reason: Error = new ConnectionRefusedError('refused')): void {
    const { factory, reject } = this.#take();
    reject(reason);
    factory.clientConnectionFailed(this.#connector, reason);
    factory.doStop();
  }

  /** The service has cancelled the attempt. */
  get cancelled(): boolean {
    return this.#attempt?.signal.aborted === true;
  }

  /** The connection ends. */
  lose(reason: Error = new ConnectionDone()): void {
    assert.ok(this.transport !== undefined, 'there is no connection');
    this.#lose(reason);
  }

  #take(): Attempt {
    const attempt = this.#attempt;
    assert.ok(attempt !== undefined, 'there is no attempt');
    this.#attempt = undefined;
    return attempt;
  }
}
