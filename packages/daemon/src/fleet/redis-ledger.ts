import type { Clock } from 'couplet';
import type { Answer } from 'couplet/policies';
import { messageOf } from '../values/error-words.ts';
import type { Question } from './questions.ts';
import { Questions } from './questions.ts';
import type { Owned, RedisNode } from './redis-node.ts';
import type { Store } from './store.ts';
import type { WatchedLedger } from './watched-ledger.ts';

/** The part of a process in one key: how many places it holds, and its questions in their order. */
class Share implements Owned {
  readonly key: string;
  readonly hash: string;
  readonly suffix: string = '';
  readonly questions: Question[] = [];
  readonly free: () => void;
  held = 0;

  constructor(key: string, hash: string, free: (share: Share) => void) {
    this.key = key;
    this.hash = hash;
    this.free = () => free(this);
  }

  get value(): string {
    return this.held > 0 ? String(this.held) : '';
  }
}

/**
 * The ledger of a fleet. Redis has for each key a hash with the count of each process, and decides. Of each key one question is under way at
 * a time, with the count that this process has and how many places it wants more; those who come meanwhile are the next one.
 *
 * A question waits a second. After 5 in a row without an answer, or when the connection is gone, no question waits until Redis is back: then
 * this process writes all its counts, and trusts the answers again. Memory is held for keys with places or questions only.
 */
export class RedisLedger implements WatchedLedger {
  readonly #node: RedisNode;
  readonly #prefix: string;
  readonly #questions: Questions;
  readonly #shares: Map<string, Share> = new Map();

  /** `node` has to call `changed` of this ledger. `prefix` is what the names of its hashes begin with. */
  constructor(node: RedisNode, prefix: string, clock: Clock) {
    this.#node = node;
    this.#prefix = prefix;
    this.#questions = new Questions(clock, (reason) => node.fail(reason));
  }

  get up(): boolean {
    return this.#node.up;
  }

  get decisions(): Questions['decisions'] {
    return this.#questions.decisions;
  }

  /** How many keys it holds something for. */
  get size(): number {
    return this.#shares.size;
  }

  acquire(key: string, max: number, signal: AbortSignal): Answer | Promise<Answer> {
    if (!this.up) return this.#questions.atOnce('unknown');
    return this.#questions.ask(key, max, signal, (question) => {
      let share = this.#shares.get(key);
      if (share === undefined) {
        share = new Share(key, this.#prefix + key, (freed) => this.#next(freed));
        this.#shares.set(key, share);
      }
      share.questions.push(question);
      this.#next(share);
    });
  }

  release(key: string): void {
    const share = this.#shares.get(key);
    if (share === undefined || share.held === 0) return;
    share.held -= 1;
    this.#node.changed(share);
    this.#tidy(share);
  }

  /** Takes note that the node is up, or is not. */
  changed(): void {
    if (this.up) this.#questions.reset();
    for (const share of this.#shares.values()) {
      if (!this.up) for (const question of share.questions.splice(0)) question.answer('unknown');
      this.#next(share);
    }
  }

  /** Sends the next question of a key, if there is one and none is under way. */
  #next(share: Share): void {
    const { questions } = share;
    while (questions[0]?.waits === false) questions.shift();
    const [first] = questions;
    if (first === undefined) {
      this.#tidy(share);
      return;
    }
    const { store } = this.#node;
    if (store === undefined || !this.#node.reserve(share)) return;
    const others = questions.findIndex(({ max }) => max !== first.max);
    const asked = questions.splice(0, others === -1 ? questions.length : others);
    void this.#ask(store, share, asked, first.max);
  }

  async #ask(store: Store, share: Share, asked: readonly Question[], max: number): Promise<void> {
    const { held, hash } = share;
    let exact = false;
    try {
      const granted = await store.take(this.#node.name, hash, held, asked.length, max);
      if (granted === undefined) {
        share.questions.unshift(...asked);
        this.#node.unknown(store);
      } else {
        let left = granted;
        for (const question of asked) {
          if (left === 0) question.answer('refused');
          else if (question.answer('granted')) {
            left -= 1;
            share.held += 1;
          }
        }
        exact = share.held === held + granted;
      }
    } catch (error) {
      for (const question of asked) this.#questions.failed(question, messageOf(error));
    }
    this.#node.settle(share, exact);
    this.#next(share);
  }

  #tidy(share: Share): void {
    if (share.held === 0 && share.questions.length === 0 && !this.#node.owns(share)) this.#shares.delete(share.key);
  }
}
