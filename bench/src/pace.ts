/** How thoroughly a run measures. */
export interface Pace {
  /** Fewer rounds and smaller sizes, as rows say. */
  readonly quick: boolean;
  /** For how many milliseconds the load visits a server at a time. */
  readonly sliceMs: number;
  /** Seconds of its CPU time after which a server is warm, and seconds that are enough in any case. */
  readonly warmCpu: number;
  readonly longestWarming: number;
  /** How long a run of everything may take, in seconds. */
  readonly limit: number;
}

/** By the option that asks for it; `full` without one. */
export const PACES = {
  quick: { quick: true, sliceMs: 60, warmCpu: 0.3, longestWarming: 1.5, limit: 120 },
  short: { quick: true, sliceMs: 120, warmCpu: 0.3, longestWarming: 6, limit: 1200 },
  full: { quick: false, sliceMs: 500, warmCpu: 1, longestWarming: 5, limit: 7200 },
} as const satisfies Record<string, Pace>;
