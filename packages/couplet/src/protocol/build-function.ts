import type { Address } from '../address/address.ts';
import { isClass, nameOf } from '../values/checks.ts';
import { Factory } from './factory.ts';
import type { ProtocolUnder } from './protocol.ts';
import { checkFactory, isProtocolClass } from './role.ts';

/**
 * A function in the place of a `Factory`: it gets the address of the peer, and returns a new protocol for its connection, or null to
 * refuse it. What it throws is reported, and that connection is refused.
 */
export type BuildFunction = (address: Address) => ProtocolUnder<Factory> | null;

/** The factory of each function: two ports with one function have one factory. */
const FACTORIES: WeakMap<BuildFunction, Factory> = new WeakMap();

/**
 * Returns the factory itself, or the one of the function. Throws a `TypeError` that says what to write instead for anything else, such as
 * a class.
 */
export function factoryFrom(source: Factory | BuildFunction): Factory {
  // A class is a function as well, and never a factory.
  if (typeof source !== 'function' || isClass(source) || isProtocolClass(source)) checkFactory(source);
  if (typeof source !== 'function') return source;
  const factory = FACTORIES.get(source) ?? new FunctionFactory(source);
  FACTORIES.set(source, factory);
  return factory;
}

class FunctionFactory extends Factory {
  readonly #build: BuildFunction;

  constructor(build: BuildFunction) {
    super();
    this.#build = build;
  }

  override buildProtocol(address: Address): ProtocolUnder<Factory> | null {
    const build = this.#build;
    return build(address);
  }

  override logPrefix(): string {
    return nameOf(this.#build) ?? 'a function';
  }
}
