import type { Clock } from 'couplet';
import type { FleetReport, Tell } from './fleet-messages.ts';
import type { Membership, Presence, Present } from './presence.ts';
import { checkJoin } from './presence.ts';
import { checkTopic } from './topics.ts';
import { within } from './within.ts';

/** How long a list may take, in milliseconds. */
const LIST_MS = 1000;

interface Wanted {
  resolve(present: readonly Present[]): void;
  reject(error: Error): void;
}

/** Who is there, for a worker whose supervisor knows, with a `PresenceHub`. */
export class SupervisorPresence implements Presence {
  readonly #send: Tell;
  readonly #clock: Clock;
  readonly #wanted: Map<number, Wanted> = new Map();
  #last = 0;
  #lost = false;

  constructor(send: Tell, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  join(topic: string, payload: string): Membership {
    checkJoin(topic, payload);
    this.#last += 1;
    const id = this.#last;
    let joined = true;
    this.#tell({ kind: 'join', id, topic, payload });
    return {
      leave: () => {
        if (joined) this.#tell({ kind: 'leave', id, topic });
        joined = false;
      },
    };
  }

  async list(topic: string): Promise<readonly Present[]> {
    checkTopic(topic);
    if (this.#lost) throw new Error('the supervisor has ended');
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise<readonly Present[]>((resolve, reject) => {
      this.#wanted.set(id, { resolve, reject });
    });
    this.#tell({ kind: 'list', id, topic });
    return within(this.#clock, LIST_MS, answer).finally(() => this.#wanted.delete(id));
  }

  /** Takes the answer of the supervisor to the list with that number. */
  present(id: number, present: readonly Present[]): void {
    this.#wanted.get(id)?.resolve(present);
  }

  /** Notes that the supervisor is gone for good: nothing can be found out any more. */
  lost(): void {
    this.#lost = true;
    for (const { reject } of this.#wanted.values()) reject(new Error('the supervisor has ended'));
  }

  #tell(report: FleetReport): void {
    if (!this.#lost) this.#send(report);
  }
}
