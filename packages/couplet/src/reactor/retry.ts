import type { Engine } from '../engine/engine.ts';
import { ATTEMPTS } from '../engine/observers.ts';
import type { ConnectorView } from '../protocol/views.ts';
import type { DelayedCall, NextAttempt } from '../time/clock.ts';

/** The next attempt to connect, which waits for its time. The timer that it waits for holds it. */
class Retry {
  readonly #id: number;
  readonly #next: NextAttempt;

  constructor(id: number, next: NextAttempt) {
    this.#id = id;
    this.#next = next;
  }

  /** Shows it; it begins in that many milliseconds. */
  view(retryInMs: number): ConnectorView {
    const { destination, attempts = 0 } = this.#next;
    return { id: this.#id, destination, state: 'waiting', attempts, retryInMs };
  }
}

/** Begins the next attempt later, and tells observers. `id` is that of its connector. */
export function retryLater(
  engine: Engine,
  id: number,
  delayMs: number,
  next: NextAttempt,
  call: () => unknown,
): DelayedCall {
  const retry = new Retry(id, next);
  const who = `the connector to ${next.destination}`;
  const later = engine.timers.callLater(delayMs, () => engine.guard(who, 'retry', call), retry);
  if (engine.observers.ask(ATTEMPTS)) engine.observers.connectionAttempt(retry.view(delayMs));
  return later;
}

/** Shows the attempts that are still to be made. */
export function* retries(engine: Engine): Generator<ConnectorView> {
  for (const call of engine.timers.list()) {
    if (call.active && call.subject instanceof Retry) yield call.subject.view(call.getTime() - engine.now());
  }
}
