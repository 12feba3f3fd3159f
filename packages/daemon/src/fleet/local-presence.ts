import type { Membership, Presence, Present } from './presence.ts';
import { checkJoin } from './presence.ts';
import { PresenceHub } from './presence-hub.ts';

/** Knows who is there in one process. */
export class LocalPresence implements Presence {
  readonly #hub: PresenceHub<LocalPresence>;
  #last = 0;

  /** `node` is what the process is called in lists. */
  constructor(node: string) {
    this.#hub = new PresenceHub(() => node);
  }

  join(topic: string, payload: string): Membership {
    checkJoin(topic, payload);
    this.#last += 1;
    const id = this.#last;
    this.#hub.join(this, id, topic, payload);
    return { leave: () => this.#hub.leave(this, id, topic) };
  }

  async list(topic: string): Promise<readonly Present[]> {
    return this.#hub.list(topic);
  }
}
