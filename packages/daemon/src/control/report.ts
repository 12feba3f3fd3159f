import * as v from 'valibot';

const text = v.string();
const count = v.number();

/** The states of a daemon. */
export const STATES = [
  'starting',
  'ready',
  'reloading',
  'backing off',
  'refusing',
  'leaving',
  'draining',
  'ended',
] as const;

/** The form of a status report. What a newer daemon adds is let through. */
export const StatusReport = v.object({
  /** The version of this form. It stays while fields are only added. */
  version: v.literal(1),
  name: text,
  /** The process of the supervisor. */
  pid: count,
  state: v.picklist(STATES),
  /** Whether `/readyz` answers 200. */
  ready: v.boolean(),
  /** Why it is not ready. */
  reason: v.exactOptional(text),
  generation: count,
  uptimeSeconds: count,
  /** The services of the present generation, by their paths; `listen` is as they were configured. */
  services: v.array(v.object({ path: text, kind: text, listen: v.array(text) })),
  /** Where services listen, with the connections since the start, over all workers. */
  listeners: v.array(v.object({ service: text, listener: text, accepted: count, refused: count, open: count })),
  /** The workers, those of old generations too. */
  slots: v.array(
    v.object({
      slot: count,
      group: text,
      /** Absent between two workers. */
      pid: v.exactOptional(count),
      state: text,
      generation: count,
      connections: count,
      uptimeSeconds: count,
    }),
  ),
  /** What was dropped since the start: lines of the log, and messages to a bus that was away. */
  drops: v.object({ logLines: count, busMessages: count }),
  /** The Redis that counts; absent without one. */
  ledger: v.exactOptional(v.object({ up: v.boolean(), granted: count, refused: count, unknown: count })),
});
/** What a daemon tells of itself: `coupletd status --json` prints it. */
export type StatusReport = v.InferOutput<typeof StatusReport>;

/** The form of the outcome of a reload. */
export const ReloadResult = v.object({
  result: v.picklist(['done', 'unchanged', 'failed']),
  /** The generation that serves afterwards. */
  generation: count,
  /** Why it failed, in one line. */
  reason: v.exactOptional(text),
});
/** The outcome of a reload. */
export type ReloadResult = v.InferOutput<typeof ReloadResult>;
