import type { Program } from './program.ts';

/** One figure of a row. */
export interface Metric {
  readonly name: string;
  /** The head of its column, with the unit. */
  readonly title: string;
  readonly digits: number;
  /** Also shown as a ratio to raw `node:net`, to C and to Go. */
  readonly compared: boolean;
}

/** What is to be reached: a figure, or its ratio to that of a peer. */
export interface Goal {
  readonly of: string;
  readonly metric: string;
  /** The figure itself counts when there is no peer. */
  readonly peer?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** What a load program measured. */
export interface Window {
  readonly count: number;
  readonly seconds: number;
  /** CPU time of the server, user and system, in seconds. */
  readonly cpu: number;
  /** Seconds for which the server was ready to run and its core was taken. */
  readonly waited: number;
  /** CPU time of the load in seconds; it spins, so this is less than the whole time only where its core was taken. */
  readonly load: number;
}

/** One measurement of one contender. */
export interface Sample {
  /** By the name of the metric. */
  readonly figures: Readonly<Record<string, number>>;
  /** The window in which the server's core should have been busy, for rows where it should. */
  readonly busy?: Window;
}

/** A server of the contender under measurement. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly program: Program;
}

/** What a row measures with: it starts servers and puts load on them. All of them end with the measurement. */
export interface Stage {
  readonly quick: boolean;
  /** Starts the contender's server of that name; it is ready when this resolves. */
  start(program: string, ...args: string[]): Promise<Server>;
  /** Runs a program of the contender that measures itself; resolves to the figures that it prints, as one object. */
  play(program: string): Promise<Readonly<Record<string, number>>>;
  /** Runs a load program of `bench/load` to its end. */
  load(program: string, server: Server, options: Readonly<Record<string, number>>): Promise<Window>;
  /** Starts a load program that is told what to do by lines. */
  hold(program: string, server: Server, options?: Readonly<Record<string, number>>): Program;
}

/**
 * How a row is measured visit by visit. Its load program takes, as lines on standard input, for how many milliseconds it is
 * to work, and prints a `Window` for each when it rests again.
 */
export interface Visits {
  start(stage: Stage): Promise<Server>;
  readonly load: string;
  readonly options: Readonly<Record<string, number>>;
  /** The count after which a server is warm; not given: after a second of its CPU time. Five seconds are enough in any case. */
  readonly warmup?: number;
}

/** One row of the table: the work, and how it is measured. */
export interface Row {
  readonly name: string;
  readonly work: string;
  readonly metrics: readonly Metric[];
  readonly goals: readonly Goal[];
  readonly rounds: { readonly quick: number; readonly full: number };
  /** The names of the contender's programs that it runs; a contender without one of them takes no part. */
  readonly programs: readonly string[];
  /** The header and the Debian package of a library that its load program needs. */
  readonly library?: { readonly header: string; readonly package: string };
  measure(stage: Stage): Promise<Sample>;
  /** For rows that two commits can be compared in. */
  readonly visits?: Visits;
}

/** CPU microseconds for each thing counted. */
export function microsecondsEach(window: Window): number {
  return (window.cpu / window.count) * 1e6;
}
