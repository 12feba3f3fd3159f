import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import process from 'node:process';
import { ListenFDs, placeOf } from 'couplet/endpoints';
import type { BindPlace, BoundSocket } from 'couplet/node';
import { bindSocket } from 'couplet/node';
import type { Cause } from 'couplet/testing';
import { authorityOf, bracketed } from '../values/authority.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { refusal } from '../values/refusal.ts';
import type { GroupPlan, PlannedSocket } from './plan.ts';

/** The sockets of one place of a group: one for all its workers, or one for each slot. */
interface HeldPlace {
  readonly planned: PlannedSocket;
  /** The key of the place in the table of a worker, with the address that a host name had. */
  readonly key: string;
  readonly sockets: BoundSocket[];
  /** Whether others can be bound beside the first one. */
  readonly spread: boolean;
}

/** What a worker of one slot inherits: for each place the positions of its descriptors, and the descriptors. */
export interface Inheritance {
  readonly table: Readonly<Record<string, readonly number[]>>;
  readonly descriptors: readonly number[];
}

/** The sockets that the supervisor holds for all groups. */
export class Sockets {
  #held: ReadonlyMap<string, HeldPlace> = new Map();

  /** Has the sockets of a group reset each connection, or leaves them to the workers again. Returns why some cannot. */
  refuse(plan: GroupPlan, refuse: boolean): readonly Cause[] {
    const sockets = plan.sockets.flatMap(({ id }) => this.#held.get(id)?.sockets ?? []);
    return sockets.flatMap((socket) => {
      if (refuse) return socket.refuse() ?? [];
      socket.suspend();
      return [];
    });
  }

  /** Where it listens, as in a URL. */
  get hosts(): readonly string[] {
    return [...this.#held.values()].map(({ sockets: [socket] }) => (socket === undefined ? '' : hostOf(socket)));
  }

  /**
   * Binds what these groups need and is not held yet. Resolves to what makes it so: `keep` closes what they do not need, `discard` what
   * was bound now. Rejects with a `CommandError` that names every place that cannot be bound; then nothing has changed.
   */
  async bind(plans: readonly GroupPlan[]): Promise<{ keep(): Promise<void>; discard(): Promise<void> }> {
    const next = new Map<string, HeldPlace>();
    const made: BoundSocket[] = [];
    const failures: CommandError[] = [];
    for (const plan of plans) {
      const slots = plan.accept === 'spread' ? plan.workers : 1;
      for (const planned of plan.sockets) {
        const held = this.#held.get(planned.id);
        // A queue of a slot that is gone would be served by no worker.
        const sockets = (held?.sockets ?? []).slice(0, slots);
        const spread = held?.spread ?? plan.accept === 'spread';
        if (sockets.length < slots && held !== undefined && !spread) {
          failures.push(
            new CommandError(
              `'${planned.text}' was bound for one queue, so a reload cannot spread it: stop and start`,
              EXIT.failed,
            ),
          );
          continue;
        }
        try {
          const place = await bindPlaceOf(planned, spread, sockets[0]);
          while (sockets.length < slots) {
            const socket = await bound(sockets[0] === undefined ? place : await bindPlaceOf(planned, true, sockets[0]));
            made.push(socket);
            sockets.push(socket);
          }
          next.set(planned.id, { planned, key: keyOf(planned, sockets[0]), sockets, spread });
        } catch (error) {
          failures.push(error instanceof CommandError ? error : refusal(`cannot listen on '${planned.text}'`, error));
        }
      }
    }
    const [first] = failures;
    if (first !== undefined) {
      await closeAll(made);
      throw new CommandError(failures.map(({ message }) => message).join('; '), first.status);
    }
    const before = this.#held;
    // Workers that start meanwhile need what they had.
    const meanwhile: ReadonlyMap<string, HeldPlace> = new Map([...before, ...next]);
    this.#held = meanwhile;
    return {
      keep: async () => {
        this.#held = next;
        const kept = new Set([...next.values()].flatMap(({ sockets }) => sockets));
        await closeAll([...before.values()].flatMap(({ sockets }) => sockets).filter((socket) => !kept.has(socket)));
      },
      discard: async () => {
        // Unless all were closed meanwhile.
        if (this.#held === meanwhile) this.#held = before;
        await closeAll(made);
      },
    };
  }

  /** What the worker of a slot inherits; descriptors count from `first` on there. */
  inheritance(plan: GroupPlan, slot: number, first: number): Inheritance {
    const table: Record<string, number[]> = {};
    const descriptors: number[] = [];
    for (const { id } of plan.sockets) {
      const held = this.#held.get(id);
      const socket = held?.sockets[(slot - 1) % held.sockets.length];
      if (held === undefined || socket === undefined) continue;
      const positions = table[held.key] ?? [];
      positions.push(first + descriptors.length);
      table[held.key] = positions;
      descriptors.push(socket.fd);
    }
    return { table, descriptors };
  }

  /** Closes all. */
  async close(): Promise<void> {
    const all = [...this.#held.values()].flatMap(({ sockets }) => sockets);
    this.#held = new Map();
    await closeAll(all);
  }
}

async function closeAll(sockets: readonly BoundSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.close()));
}

async function bound(place: BindPlace): Promise<BoundSocket> {
  const socket = await bindSocket(place);
  if ('kind' in socket) throw Object.assign(new Error(socket.detail), { code: socket.code });
  return socket;
}

/** Where to bind; one more socket of a place is bound where the first one is. */
async function bindPlaceOf(
  { place }: PlannedSocket,
  reusePort: boolean,
  first: BoundSocket | undefined,
): Promise<BindPlace> {
  const { backlog } = place;
  switch (place.kind) {
    case 'unix':
      return { kind: 'unix', path: place.path, mode: place.mode, backlog };
    case 'systemd': {
      const { name, index } = place.socket;
      const environment = (variable: string): string | undefined => process.env[variable];
      return { kind: 'fd', fd: new ListenFDs({ pid: process.pid, environment }).find(name, index), backlog };
    }
    case 'tcp': {
      const { ipv6Only = false } = place;
      const sharing = { backlog, ipv6Only, reusePort: reusePort || place.reusePort === true };
      if (first !== undefined && 'port' in first.name) {
        const { host, port } = first.name;
        return { kind: 'tcp', host, port, ...sharing };
      }
      return { kind: 'tcp', host: await addressOf(place.host, ipv6Only), port: place.port, ...sharing };
    }
  }
}

/** The IP address of an interface; of a name with several addresses the one that `listenTCP` takes. */
async function addressOf(host: string, ipv6Only: boolean): Promise<string> {
  if (isIP(host.replace(/%.*$/, '')) !== 0) return host;
  const found = await lookup(host, { all: true, verbatim: true });
  const address = found.find(({ family }) => family === (ipv6Only ? 6 : 4)) ?? (ipv6Only ? undefined : found[0]);
  if (address === undefined) throw new Error(`the name has no ${ipv6Only ? 'IPv6 ' : ''}address`);
  return address.address;
}

/** The key of a place in the table of a worker: that of the description, except that a host name has become an address. */
function keyOf({ place }: PlannedSocket, socket: BoundSocket | undefined): string {
  if (place.kind !== 'tcp' || socket === undefined || !('port' in socket.name)) return place.key;
  const { host } = socket.name;
  return placeOf(`tcp:${place.port}:interface=${bracketed(host)}`).key;
}

function hostOf({ name }: BoundSocket): string {
  if ('port' in name) return authorityOf(name.host, name.port);
  return 'path' in name ? name.path : '';
}
