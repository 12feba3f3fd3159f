import { AsyncLocalStorage } from 'node:async_hooks';
import { crypto } from './late.ts';

/** A function of the runtime that code of a host uses in place of its clock. */
interface Way {
  readonly name: string;
  readonly instead: string;
  readonly owner: object;
  readonly key: string;
}

type GlobalFunction = (...args: unknown[]) => unknown;

const CALL_LATER = 'callLater() of its clock';

/** The `crypto` of all code. */
const { webcrypto } = crypto();

const WAYS: readonly Way[] = [
  { name: 'Math.random', instead: 'random() of its clock', owner: Math, key: 'random' },
  { name: 'crypto.getRandomValues', instead: 'random() of its clock', owner: webcrypto, key: 'getRandomValues' },
  { name: 'crypto.randomUUID', instead: 'random() of its clock', owner: webcrypto, key: 'randomUUID' },
  { name: 'Date.now', instead: 'wallClock() of its clock', owner: Date, key: 'now' },
  { name: 'performance.now', instead: 'now() of its clock', owner: performance, key: 'now' },
  { name: 'setTimeout', instead: CALL_LATER, owner: globalThis, key: 'setTimeout' },
  { name: 'setInterval', instead: CALL_LATER, owner: globalThis, key: 'setInterval' },
  { name: 'setImmediate', instead: CALL_LATER, owner: globalThis, key: 'setImmediate' },
];

/**
 * Guards the ways out of worlds while these are played: chance, time and timers of the runtime. Code of a world that uses one
 * is reported, with its line; all other code is not affected.
 */
class NodeBorder {
  /** Whom to tell, for code of a world and what follows from it. */
  readonly #context: AsyncLocalStorage<(what: string) => void> = new AsyncLocalStorage();
  /** How many worlds are being played. */
  #worlds = 0;
  #remedies: (() => void)[] = [];

  /** A world is about to be played. */
  enter(): void {
    this.#worlds += 1;
    if (this.#worlds === 1) this.#remedies = WAYS.map((way) => this.#guard(way));
  }

  /** A world is over. After the last one everything is as it was. */
  leave(): void {
    this.#worlds -= 1;
    if (this.#worlds > 0) return;
    for (const remedy of this.#remedies.splice(0)) remedy();
  }

  /** Runs code of a world. `hears` is called for each way out that it uses, now or later. */
  run<T>(hears: (what: string) => void, call: () => T): T {
    return this.#context.run(hears, call);
  }

  #guard({ name, instead, owner, key }: Way): () => void {
    const holder = holderOf(owner, key);
    const known = holder && Object.getOwnPropertyDescriptor(holder, key);
    // The timers of Deno are accessors.
    const original: GlobalFunction | undefined = known?.get === undefined ? known?.value : known.get.call(owner);
    if (holder === undefined || known === undefined || typeof original !== 'function') return () => {};
    const context = this.#context;
    const { guarded } = {
      guarded(this: unknown, ...args: unknown[]): unknown {
        const hears = context.getStore();
        const caller = hears && callerOf(guarded);
        if (caller !== undefined) hears?.(`${caller} calls ${name}, which is not of this world: use ${instead}`);
        return Reflect.apply(original, this, args);
      },
    };
    Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
    const { enumerable = true, configurable = true } = known;
    Object.defineProperty(holder, key, { value: guarded, writable: true, enumerable, configurable });
    return () => {
      // If it was replaced meanwhile, the replacement stays.
      if (Object.getOwnPropertyDescriptor(holder, key)?.value === guarded) Object.defineProperty(holder, key, known);
    };
  }
}

/** The border of all worlds that this process plays. */
export const border: NodeBorder = new NodeBorder();

/** The object that has a property: the given one, or one that it inherits from. */
function holderOf(owner: object, key: string): object | undefined {
  for (let at: object | null = owner; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, key)) return at;
  }
  return undefined;
}

/** The function, file and line from which a function was called; undefined if the runtime called it. */
function callerOf(callee: GlobalFunction): string | undefined {
  const at = { stack: '' };
  Error.captureStackTrace(at, callee);
  const line = at.stack.split('\n').find((text) => /^\s+at /.test(text));
  if (line === undefined) return 'code of a host';
  return /[( ](?:node|ext):/.test(line) ? undefined : line.replace(/^\s+at (async )?/, '');
}
