import type { Reactor } from 'couplet';
import type { InspectorEvent } from '../values/frame.ts';
import { cut, reasonOf, stackOf } from './words.ts';

/** How many events are kept for those who look later. */
const KEPT = 4096;
/** From how many milliseconds on a callback is an event. */
const SLOW_MS = 10;
/** How many characters of a name are kept, and of what failed, which may be a name with a peer. */
const NAME = 80;
const FAILED = 300;

const PREFIX = 'COUPLET_';

/** An event without what all have. */
type Happened = InspectorEvent extends infer E ? (E extends InspectorEvent ? Omit<E, 'number' | 'at'> : never) : never;

/** The last events of a reactor, which it watches until `close`. */
export class EventRing {
  readonly #events: InspectorEvent[] = [];
  readonly #reactor: Pick<Reactor, 'observe' | 'now'>;
  readonly #leave: () => void;
  #count = 0;

  constructor(reactor: Pick<Reactor, 'observe' | 'now'>) {
    this.#reactor = reactor;
    this.#leave = reactor.observe(
      {
        error: ({ who, where, error }) => {
          const stack = stackOf(error);
          const call = { who: cut(who, FAILED), where: cut(where, FAILED) };
          this.#add({ kind: 'error', ...call, reason: reasonOf(error), ...(stack === undefined ? {} : { stack }) });
        },
        listening: (host) => this.#add({ kind: 'listening', host: cut(host.authority, NAME) }),
        stoppedListening: (host) => this.#add({ kind: 'stoppedListening', host: cut(host.authority, NAME) }),
        connectionMade: (_transport, _protocol, { id, protocol = '', peer }) =>
          this.#add({ kind: 'made', connection: id, protocol: cut(protocol, NAME), ...peerOf(peer) }),
        connectionLost: (_transport, reason, { id, protocol, peer }) =>
          this.#add({
            kind: 'lost',
            connection: id,
            ...(protocol === undefined ? {} : { protocol: cut(protocol, NAME) }),
            ...peerOf(peer),
            reason: reasonOf(reason),
            orderly: 'code' in reason && reason.code === 'COUPLET_CONNECTION_DONE',
          }),
        connectionRefused: (peer, reason) =>
          this.#add({
            kind: 'refused',
            peer: cut(peer.authority, NAME),
            code: reason.code.startsWith(PREFIX) ? reason.code.slice(PREFIX.length) : reason.code,
            reason: reasonOf(reason),
          }),
        connectionAttempt: ({ destination, state }, reason) =>
          this.#add({
            kind: 'attempt',
            destination: cut(destination, NAME),
            state,
            ...(reason === undefined ? {} : { reason: reasonOf(reason) }),
          }),
        slowCallback: (callback) => this.#add({ kind: 'slow', callback }),
      },
      { slowCallbackMs: SLOW_MS, takesErrors: false },
    );
  }

  /** How many events there were so far. */
  get count(): number {
    return this.#count;
  }

  /** Those behind the first `seen`, the newest first: all that are kept. */
  *newest(seen: number): Generator<InspectorEvent> {
    const oldest = Math.max(seen, this.#count - KEPT);
    for (let at = this.#count - 1; at >= oldest; at -= 1) {
      const event = this.#events[at % KEPT];
      if (event !== undefined) yield event;
    }
  }

  /** Watches no more. */
  close(): void {
    this.#leave();
  }

  #add(what: Happened): void {
    const at = this.#count % KEPT;
    this.#count += 1;
    this.#events[at] = { number: this.#count, at: this.#reactor.now(), ...what };
  }
}

function peerOf(peer: string | undefined): { readonly peer?: string } {
  return peer === undefined ? {} : { peer: cut(peer, NAME) };
}
