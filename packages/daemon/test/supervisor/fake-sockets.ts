import assert from 'node:assert/strict';
import type { GroupPlan } from '../../src/supervisor/plan.ts';
import type { SupervisorParts } from '../../src/supervisor/supervisor.ts';

/** Sockets that are only numbers: a descriptor for each planned socket. */
export class FakeSockets {
  /** The descriptors that are open, by the id of the socket. */
  readonly open: Map<string, number> = new Map();
  /** The groups that refuse. */
  readonly refusing: Set<string> = new Set();
  /** Makes the next `bind` reject. */
  failure: Error | undefined;
  /** How often `bind` waits for other promises first. */
  turns = 1;
  #descriptors = 20;

  readonly bind: SupervisorParts['sockets']['bind'] = async (plans) => {
    for (let turn = 0; turn < this.turns; turn += 1) await null;
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    const needed = new Set(idsOf(plans));
    const made = [...needed].filter((id) => !this.open.has(id));
    for (const id of made) this.open.set(id, this.#descriptors++);
    return {
      keep: async () => {
        for (const id of this.open.keys()) if (!needed.has(id)) this.open.delete(id);
      },
      discard: async () => {
        for (const id of made) this.open.delete(id);
      },
    };
  };

  inheritance({ sockets }: GroupPlan): ReturnType<SupervisorParts['sockets']['inheritance']> {
    const descriptors = sockets.map(({ id }) => {
      const descriptor = this.open.get(id);
      assert.ok(descriptor !== undefined, `the socket ${id} is closed`);
      return descriptor;
    });
    return { table: {}, descriptors };
  }

  refuse({ name }: GroupPlan, refuse: boolean): readonly [] {
    if (refuse) this.refusing.add(name);
    else this.refusing.delete(name);
    return [];
  }

  async close(): Promise<void> {
    this.open.clear();
  }
}

function idsOf(plans: readonly GroupPlan[]): readonly string[] {
  return plans.flatMap(({ sockets }) => sockets.map(({ id }) => id));
}
