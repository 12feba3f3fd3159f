import type { Membership, Presence, Present } from './presence.ts';
import { checkJoin } from './presence.ts';
import type { Owned, RedisNode } from './redis-node.ts';
import { checkTopic } from './topics.ts';

/** One that has joined in this process. Its value is not empty while it is there, also where its payload is. */
class Member implements Owned {
  readonly hash: string;
  readonly suffix: string;
  readonly payload: string;
  here = true;

  constructor(hash: string, id: number, payload: string) {
    this.hash = hash;
    this.suffix = `/${id}`;
    this.payload = payload;
  }

  get value(): string {
    return this.here ? `=${this.payload}` : '';
  }
}

/** Who is there, for the processes of a fleet: in Redis, beside the counts of its ledger and under the same leases. */
export class RedisPresence implements Presence {
  readonly #node: RedisNode;
  readonly #prefix: string;
  readonly #id: string;
  readonly #members: Map<string, Set<Member>> = new Map();
  #last = 0;

  /** `id` is what the process is called in lists, `prefix` what the names of its hashes begin with. */
  constructor(node: RedisNode, prefix: string, id: string) {
    this.#node = node;
    this.#prefix = prefix;
    this.#id = id;
  }

  join(topic: string, payload: string): Membership {
    checkJoin(topic, payload);
    this.#last += 1;
    const member = new Member(this.#prefix + topic, this.#last, payload);
    const members = this.#members.get(topic) ?? new Set();
    this.#members.set(topic, members.add(member));
    this.#node.changed(member);
    return {
      leave: () => {
        if (!member.here) return;
        member.here = false;
        members.delete(member);
        if (members.size === 0 && this.#members.get(topic) === members) this.#members.delete(topic);
        this.#node.changed(member);
      },
    };
  }

  async list(topic: string): Promise<readonly Present[]> {
    checkTopic(topic);
    const found = await this.#node.list(this.#prefix + topic);
    // Of this process it knows itself, also what is not written yet.
    const present = [...(this.#members.get(topic) ?? [])].map(({ payload }) => ({ node: this.#id, payload }));
    for (const [name, value] of found) {
      const node = name.slice(0, name.lastIndexOf('.'));
      if (node !== this.#id) present.push({ node, payload: value.slice(1) });
    }
    return present;
  }
}
