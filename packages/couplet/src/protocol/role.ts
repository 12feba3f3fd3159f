import { classOf, described, hasMethods, isClass, nameOf } from '../values/checks.ts';

/** The methods by which factories, factories of clients and protocols are recognized. */
const FACTORY: readonly string[] = ['doStart', 'doStop', 'buildProtocol', 'checkProtocol', 'admit', 'logPrefix'];
const CLIENT_FACTORY: readonly string[] = ['startedConnecting', 'clientConnectionFailed', 'clientConnectionLost'];
const PROTOCOL: readonly string[] = ['makeConnection', 'dataReceived', 'connectionLost'];

/** True for a factory of either side. */
export function isFactory(value: unknown): boolean {
  return typeof value === 'object' && hasMethods(value, FACTORY);
}

/** True for a client factory. */
export function isClientFactory(value: unknown): value is { readonly '~role': 'client' } {
  return isFactory(value) && hasMethods(value, CLIENT_FACTORY);
}

/** True for a class whose instances are protocols. */
export function isProtocolClass(value: unknown): boolean {
  return typeof value === 'function' && hasMethods(value.prototype, PROTOCOL);
}

/** Throws a `TypeError` that says what to write instead, unless the value is a factory. */
export function checkFactory(value: unknown, name = 'factory'): void {
  if (!isFactory(value)) throw wrong(name, value, 'Factory');
}

/** Throws a `TypeError` that says what to write instead, unless the value is a client factory. */
export function checkClientFactory(value: unknown, name = 'factory'): void {
  if (!isClientFactory(value)) throw wrong(name, value, 'ClientFactory');
}

/** Throws a `TypeError` that says what to write instead, unless the value is a protocol. */
export function checkProtocol(value: unknown, name: string): void {
  if (isFactory(value)) throw wrong(name, value, 'ClientFactory');
  if (typeof value === 'object' && hasMethods(value, PROTOCOL)) return;
  const instead = isClass(value) ? `: write new ${nameOf(value) ?? 'Echo'}()` : '';
  throw new TypeError(`${name} is ${described(value)}, neither a protocol nor a ClientFactory${instead}`);
}

/** Throws a `TypeError` that says what to write instead, unless the value is a class of protocols. */
export function checkProtocolClass(value: unknown, name: string): void {
  if (isProtocolClass(value)) return;
  const own = classOf(value);
  const instead = typeof value === 'object' && hasMethods(value, PROTOCOL) ? own : undefined;
  throw new TypeError(
    `${name} is ${described(value)}, not a class of protocols: write ${instead ?? 'a class that extends Protocol'}`,
  );
}

function wrong(name: string, value: unknown, wanted: 'Factory' | 'ClientFactory'): TypeError {
  return new TypeError(`${name} is ${described(value)}, not a ${wanted}: write ${insteadOf(value, wanted)}`);
}

function insteadOf(value: unknown, wanted: 'Factory' | 'ClientFactory'): string {
  if (isProtocolClass(value)) return `${wanted}.forProtocol(${nameOf(value) ?? 'Echo'})`;
  if (isClass(value)) return `new ${nameOf(value) ?? wanted}()`;
  if (isFactory(value)) return `a class that extends ${wanted}, or ${wanted}.forProtocol(Echo)`;
  const own = typeof value === 'object' && hasMethods(value, PROTOCOL) ? classOf(value) : undefined;
  return `${wanted}.forProtocol(${own ?? 'Echo'})`;
}
