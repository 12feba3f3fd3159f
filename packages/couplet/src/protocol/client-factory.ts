import type { Address } from '../address/address.ts';
import type { AdmissionWait, Verdict } from '../filters/refused.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock } from '../time/clock.ts';
import type { Details } from '../values/details.ts';
import type { Connector } from './connector.ts';
import { ProtocolFactory } from './factory.ts';
import type { ProtocolFor, Result } from './protocol.ts';

/**
 * Builds the protocols of outgoing connections, and is told how the attempts to connect went. Extend it and override `protocol` or
 * `buildProtocol`, or use `ClientFactory.forProtocol(Echo)`.
 */
export class ClientFactory extends ProtocolFactory {
  /** Type only: what the factory is for. */
  declare readonly '~role': 'client';

  /** Called when an attempt to connect begins, also when it is repeated. Does nothing unless overridden. */
  startedConnecting(_connector: Connector): void {}

  /**
   * Called when an attempt failed. The reason is a `ConnectError`, or a `TypeError` if this factory cannot build a protocol. Call
   * `connector.connect()` to try again. Does nothing unless overridden.
   */
  clientConnectionFailed(_connector: Connector, _reason: Error): void {}

  /**
   * Called when a connection is gone, after `connectionLost` of its protocol and with the reason that it got. Call
   * `connector.connect()` to make a new connection. Does nothing unless overridden.
   */
  clientConnectionLost(_connector: Connector, _reason: Error): void {}
}

/** A client factory around another one, to which it passes everything on. Its protocols know the inner one only. */
export class WrappingClientFactory extends ClientFactory {
  readonly inner: ClientFactory;
  override readonly admitsLater: boolean;

  constructor(inner: ClientFactory, admitsLater: boolean = inner.admitsLater) {
    super();
    this.inner = inner;
    this.admitsLater = admitsLater;
  }

  override admit(wire: Wire, clock: Clock, wait: AdmissionWait): Verdict | PromiseLike<Verdict> {
    return this.inner.admit(wire, clock, wait);
  }

  override buildProtocol(address: Address): ProtocolFor<this> | null {
    return owned(this.inner.buildProtocol(address), this.inner);
  }

  override checkProtocol(): void {
    this.inner.checkProtocol();
  }

  override logPrefix(): string {
    return this.inner.logPrefix();
  }

  override describePolicies(): Details[] {
    return this.inner.describePolicies();
  }

  override doStart(reactor: Clock): Result {
    const started = this.inner.doStart(reactor);
    this.numPorts += 1;
    return started;
  }

  override doStop(): Result {
    if (this.numPorts === 0) return;
    this.numPorts -= 1;
    return this.inner.doStop();
  }

  override startedConnecting(connector: Connector): Result {
    return this.inner.startedConnecting(connector);
  }

  override clientConnectionFailed(connector: Connector, reason: Error): Result {
    return this.inner.clientConnectionFailed(connector, reason);
  }

  override clientConnectionLost(connector: Connector, reason: Error): Result {
    return this.inner.clientConnectionLost(connector, reason);
  }
}

/** Sets the factory of a protocol, unless that is set already, and returns the protocol. */
export function owned<P extends { factory: unknown }>(protocol: P | null, factory: unknown): P | null {
  if (protocol !== null) protocol.factory ??= factory;
  return protocol;
}
