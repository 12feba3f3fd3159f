import type { Pace } from './pace.ts';
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
  /** The figure is hardly disturbed by what else the machine does, so that few samples are enough. */
  readonly steady?: boolean;
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
  /** By the name of the metric; NaN for one that could not be measured this time. */
  readonly figures: Readonly<Record<string, number>>;
  /** The window in which the server's core should have been busy, for rows where it should. */
  readonly busy?: Window;
}

/** Takes one sample of a contender. */
export type Take = () => Promise<Sample>;

/** A server of the contender under measurement. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly program: Program;
}

/** What a row measures with: it starts servers and puts load on them. All of them end with the stage. */
export interface Stage {
  /** That of its pace. */
  readonly quick: boolean;
  readonly pace: Pace;
  /** How many cores the load leaves; 0 where it shares the only one. */
  readonly servers: number;
  /** Starts the contender's server of that name; it is ready when this resolves. */
  start(program: string, ...args: string[]): Promise<Server>;
  /** The same on all cores that the load leaves. */
  spread(program: string, ...args: string[]): Promise<Server>;
  /** Runs a program of the contender that measures itself; resolves to the figures that it prints, as one object. */
  play(program: string, ...args: string[]): Promise<Readonly<Record<string, number>>>;
  /** Runs a load program of `bench/load` to its end. */
  load(program: string, server: Server, options: Readonly<Record<string, number>>): Promise<Window>;
  /** Starts a load program that is told what to do by lines. */
  hold(program: string, server: Server, options?: Readonly<Record<string, number>>): Program;
  /** Calls `act` with a stage of its own, which ends with it. */
  apart<T>(act: (stage: Stage) => Promise<T>): Promise<T>;
}

/** One row of the table: the work, and how it is measured. */
export interface Row {
  readonly name: string;
  readonly work: string;
  readonly metrics: readonly Metric[];
  readonly goals: readonly Goal[];
  /** How many samples are taken of each contender. */
  readonly rounds: { readonly quick: number; readonly full: number };
  /** The names of the contender's programs that it runs; a contender without one of them takes no part. */
  readonly programs: readonly string[];
  /** A quick run of all rows has no time for it. */
  readonly long?: boolean;
  /** A short run, too, measures only those whom its goals compare. */
  readonly narrow?: boolean;
  /** The header and the Debian package of a library that its load program needs. */
  readonly library?: { readonly header: string; readonly package: string };
  /**
   * Brings a contender onto its stage, where it stays for some rounds beside the others: it rests while theirs are taken. Resolves to
   * what takes its samples, when it is warm.
   */
  begin(stage: Stage): Promise<Take>;
}

/** Rounds of rows whose figures are disturbed by what else the machine does: enough for a verdict. */
export const noisy: Row['rounds'] = { quick: 12, full: 24 };

/** CPU microseconds for each thing counted. */
export function microsecondsEach(window: Window): number {
  return (window.cpu / window.count) * 1e6;
}
