import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import type { Clock } from 'couplet';
import type { Log } from '../log/log.ts';
import type { Bus } from './bus.ts';
import type { FleetOrder, Tell } from './fleet-messages.ts';
import { LocalBus } from './local-bus.ts';
import { LocalLedger } from './local-ledger.ts';
import { LocalPresence } from './local-presence.ts';
import type { Presence } from './presence.ts';
import { RedisBus } from './redis-bus.ts';
import { RedisStore, redisAt } from './redis-client.ts';
import { RedisLedger } from './redis-ledger.ts';
import { RedisNode } from './redis-node.ts';
import { RedisPresence } from './redis-presence.ts';
import { SupervisorBus } from './supervisor-bus.ts';
import { SupervisorLedger } from './supervisor-ledger.ts';
import { SupervisorPresence } from './supervisor-presence.ts';
import type { Decisions, WatchedLedger } from './watched-ledger.ts';
import { noDecisions } from './watched-ledger.ts';

/** What a process needs to share with others. */
export interface FleetOptions {
  /** Names the application: those of the same name on one database share. */
  readonly name: string;
  /** The Redis of several machines; without it a process shares with those of its supervisor only. */
  readonly url?: string | undefined;
  /** Reaches the supervisor; without it the process has none. */
  readonly tell?: Tell | undefined;
  /** Whether so much waits to be told that messages have to be left out; never unless set. */
  readonly full?: (() => boolean) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a process shares with the other processes of its application: limits, messages, and who is there. */
export interface Fleet {
  /** Counts for limits over the processes of this machine. */
  readonly node: WatchedLedger;
  /** Counts for limits over all machines; undefined without a database. */
  readonly fleet: WatchedLedger | undefined;
  /** Reaches the processes of all machines or, without a database, of this one. */
  readonly bus: Bus;
  /** As far as the bus. */
  readonly presence: Presence;
  /** How the ledgers do: whether all can be asked, and what they have answered. */
  counters(): { readonly up: boolean; readonly decisions: Decisions };
  /** Takes an order of the supervisor. */
  order(order: FleetOrder): void;
  /** Notes that the supervisor is gone for good. */
  lost(): void;
  /** Ends all subscriptions, and gives back what this process holds in a database. Call it when the connections have ended. */
  close(): Promise<void>;
}

/** The parts of a fleet that reach as far as the database or the supervisor. */
interface Far {
  readonly bus: Bus;
  readonly presence: Presence;
  readonly ledger?: WatchedLedger;
  close(): Promise<void>;
}

/**
 * Opens what a process shares. With a database it resolves once that has answered, or has not within a second: it is tried again then, and
 * `ledger.down` is in the log. Rejects with a `CommandError` if the URL is wrong or the package `@redis/client` is missing.
 */
export async function openFleet({ name, url, tell, full = () => false, clock, log }: FleetOptions): Promise<Fleet> {
  const id = nodeId();
  const ledger = tell === undefined ? undefined : new SupervisorLedger(tell, clock, log);
  const node = ledger ?? new LocalLedger();
  const bus = tell === undefined ? undefined : new SupervisorBus(tell, full, clock);
  const present = tell === undefined ? undefined : new SupervisorPresence(tell, clock);
  const far =
    url === undefined
      ? near(bus ?? new LocalBus(clock), present ?? new LocalPresence(id))
      : await onRedis(url, name, id, clock, log);
  const ledgers = far.ledger === undefined ? [node] : [node, far.ledger];
  return {
    node,
    fleet: far.ledger,
    bus: far.bus,
    presence: far.presence,
    counters: () => {
      const decisions = noDecisions();
      for (const one of ledgers) {
        decisions.granted += one.decisions.granted;
        decisions.refused += one.decisions.refused;
        decisions.unknown += one.decisions.unknown;
      }
      return { up: ledgers.every(({ up }) => up), decisions };
    },
    order: (order) => {
      if (order.kind === 'answer') ledger?.answer(order.id, order.answer);
      else if (order.kind === 'message') bus?.message(order.topic, order.base64);
      else if (order.kind === 'interrupted') bus?.interrupted();
      else present?.present(order.id, order.present);
    },
    lost: () => {
      ledger?.lost();
      bus?.lost();
      present?.lost();
    },
    close: () => far.close(),
  };
}

/** Tells this process from all others, now and later. */
function nodeId(): string {
  const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
  return `${host}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

function near(bus: Bus, presence: Presence): Far {
  return { bus, presence, close: () => bus.close() };
}

async function onRedis(url: string, name: string, id: string, clock: Clock, log: Log): Promise<Far> {
  const connect = await redisAt(url);
  // In braces: where Redis is a cluster, all of an application is in one place, as scripts need it.
  const prefix = `couplet:{${encodeURIComponent(name)}}:`;
  const node = new RedisNode({
    node: id,
    connect: async (lost, signal) => new RedisStore(await connect(lost, signal), prefix),
    clock,
    log,
    changed: () => ledger.changed(),
  });
  const ledger = new RedisLedger(node, `${prefix}k:`, clock);
  const bus = new RedisBus({ connect, prefix: `${prefix}t:`, clock, log });
  await Promise.all([node.open(), bus.open()]);
  return {
    ledger,
    bus,
    presence: new RedisPresence(node, `${prefix}p:`, id),
    close: async () => {
      await Promise.all([node.close(), bus.close()]);
    },
  };
}
