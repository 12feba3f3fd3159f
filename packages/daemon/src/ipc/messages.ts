import type { Permit } from 'couplet/protocols';
import type { FrameQuery } from 'couplet-inspector';
import type { DaemonOptions, ServiceSettings } from '../configuration/options.ts';
import type { ProcessCounters } from '../metrics/counters.ts';

/** From how many messages on that wait to be sent, those of the bus are left out. */
export const MOST_WAITING = 1000;

/** What runs in a worker. */
export type Program =
  | { readonly kind: 'application'; readonly file: string }
  | { readonly kind: 'plugin'; readonly module: string; readonly name: string; readonly words: readonly string[] }
  | { readonly kind: 'builtIn'; readonly service: BuiltIn };

/** A service that coupletd has itself, and what is needed to build its factory. Where it listens is in its `ServiceSettings`. */
export type BuiltIn =
  | { readonly name: 'echo' | 'discard' | 'chargen' | 'daytime' | 'time' }
  /** At least one quote, each of at most 511 bytes. */
  | { readonly name: 'qotd'; readonly quotes: readonly string[] }
  /** `to` is a client description. */
  | { readonly name: 'forward'; readonly to: string }
  /** What clients may reach; nothing if it is empty. */
  | { readonly name: 'socks'; readonly allow: readonly Permit[] };

/** Who a process becomes before it imports the application. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** One service as the describe step found it. */
export interface ServiceDescription {
  /** Its path, such as `upstream/cache`. */
  readonly path: string;
  /** What it is: the name of its class. */
  readonly kind: string;
  /** The server descriptions that it listens on, with those of the configuration in place; empty for other services. */
  readonly listen: readonly string[];
  /** How many endpoints it has that the worker opens itself. */
  readonly ownEndpoints: number;
}

/** An application as the describe step found it, without starting anything. */
export interface ApplicationDescription {
  readonly name: string;
  /** All services, those within others after the one that they are in. */
  readonly services: readonly ServiceDescription[];
  /** A hash of each file that was imported or is named by `files`, by its path; absent where imports cannot be recorded. */
  readonly files?: Readonly<Record<string, string>>;
  /** A hash of each certificate and key that descriptions name, by its path. */
  readonly certificates: Readonly<Record<string, string>>;
}

/** What a failure means: one line without a stack, and the exit status of the command. */
export interface Failure {
  readonly line: string;
  readonly status: number;
  /** What is wrong with a setting, and where that is in the configuration: the supervisor knows the file and line. */
  readonly setting?: { readonly path: readonly (string | number)[]; readonly detail: string };
}

/** What is needed to import an application. */
export interface ProgramOrder {
  readonly program: Program;
  readonly settings: unknown;
  readonly services: Readonly<Record<string, ServiceSettings>>;
}

/** Has a process describe an application, and end. */
export interface DescribeOrder extends ProgramOrder {
  readonly kind: 'describe';
  /** Who it becomes before it imports the application. */
  readonly identity?: Identity;
}

/** Has a process run services of an application. */
export interface StartOrder extends ProgramOrder {
  readonly kind: 'start';
  /** The names of the services to start, of those at the top. */
  readonly group: readonly string[];
  readonly slot: number;
  readonly generation: number;
  /** For each place the descriptors of its sockets. */
  readonly sockets: Readonly<Record<string, readonly number[]>>;
  readonly options: DaemonOptions;
  /** The name of the application, which names it in the database of a fleet as well. */
  readonly name: string;
}

/** What the supervisor tells a worker. */
export type Order =
  | DescribeOrder
  | StartOrder
  /** Whether services that run in one process only run in this one. Answered by `led`. */
  | { readonly kind: 'lead'; readonly leads: boolean }
  | { readonly kind: 'drain'; readonly timeoutMs: number; readonly stopTimeoutMs: number }
  | { readonly kind: 'abort' }
  | { readonly kind: 'reopen' }
  /** Reads certificates and keys again. */
  | { readonly kind: 'certificates'; readonly id: number }
  | { readonly kind: 'count'; readonly id: number }
  /** Asks for the next frame of one who looks, with a number of his own; `dropped` is how many he has missed. Answered by `frame`. */
  | {
      readonly kind: 'frame';
      readonly id: number;
      readonly viewer: number;
      readonly query: FrameQuery;
      readonly dropped: number;
    }
  /** One who has looked looks no more. */
  | { readonly kind: 'unwatch'; readonly viewer: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: 'granted' | 'refused' | 'unknown' }
  | { readonly kind: 'message'; readonly topic: string; readonly base64: string }
  /** Messages were left out: the worker did not keep up. */
  | { readonly kind: 'interrupted' }
  | {
      readonly kind: 'present';
      readonly id: number;
      readonly present: readonly { readonly node: string; readonly payload: string }[];
    };

/** What a worker tells the supervisor. */
export type Report =
  | { readonly kind: 'described'; readonly description: ApplicationDescription }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'led'; readonly leads: boolean }
  | { readonly kind: 'alive'; readonly counters: ProcessCounters }
  | { readonly kind: 'counted'; readonly id: number; readonly counters: ProcessCounters }
  /** A frame as JSON, or why there is none. */
  | { readonly kind: 'frame'; readonly id: number; readonly json: string }
  | { readonly kind: 'frame'; readonly id: number; readonly failure: Failure }
  /** It was told by a signal to leave. */
  | { readonly kind: 'leaving' }
  | { readonly kind: 'drained'; readonly closed: number; readonly aborted: number }
  | { readonly kind: 'certificates'; readonly id: number; readonly failure?: Failure }
  | { readonly kind: 'acquire'; readonly id: number; readonly key: string; readonly max: number }
  | { readonly kind: 'release'; readonly key: string }
  | { readonly kind: 'publish'; readonly topic: string; readonly base64: string }
  | { readonly kind: 'subscribe'; readonly topic: string; readonly on: boolean }
  | { readonly kind: 'join'; readonly id: number; readonly topic: string; readonly payload: string }
  | { readonly kind: 'leave'; readonly id: number; readonly topic: string }
  | { readonly kind: 'list'; readonly id: number; readonly topic: string };
