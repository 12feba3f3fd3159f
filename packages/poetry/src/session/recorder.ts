import type { Reactor } from 'couplet';
import type { Lane, RecordedCallback, RecordedChunk, RecordedRun, Span } from 'couplet-inspector/timeline';
import type { SessionEvent, SessionTask, SessionWatcher } from '../values/session-events.ts';

/** What is known of a task. Times are milliseconds since the session began. */
interface Track extends SessionTask {
  readonly chunks: RecordedChunk[];
  began?: number;
  connected?: number;
  end?: { readonly at: number; readonly failure?: string };
}

/** A callback of the reactor, whose task may only be known later. */
interface Callback extends Omit<RecordedCallback, 'lane'> {
  readonly connection?: number;
}

/** Records a session, and what the thread does meanwhile. */
export class Recorder {
  readonly #reactor: Reactor;
  readonly #name: string;
  readonly #stop: () => void;
  readonly #tracks: Map<number, Track> = new Map();
  readonly #callbacks: Callback[] = [];
  /** The task of each connection. */
  readonly #tasks: Map<number, number> = new Map();
  /** The task that is connected in the callback that runs now. */
  #connecting: number | undefined;
  #origin: number;
  #busyBefore = 0;
  #ended: { readonly ms: number; readonly busyMs: number } | undefined;

  /** Records from now on: `name` is what the run is called. */
  constructor(reactor: Reactor, name: string) {
    this.#reactor = reactor;
    this.#name = name;
    this.#origin = reactor.now();
    this.#stop = reactor.observe({
      callback: ({ who, where, ms, at, connection }) => {
        this.#callbacks.push({
          at: at - ms,
          ms,
          name: `${who}.${where}`,
          ...(connection !== undefined && { connection }),
        });
        if (connection === undefined || this.#connecting === undefined) return;
        this.#tasks.set(connection, this.#connecting);
        this.#connecting = undefined;
      },
    });
  }

  /** Takes the events of the session. */
  readonly watch: SessionWatcher = (event) => {
    if (event.event === 'begun') this.#begin(event.tasks);
    else if (event.event === 'ended') this.#end(event.ms);
    else this.#step(event);
  };

  /** What was recorded, so far if the session has not ended. */
  run(lanePrefix: string): RecordedRun {
    const { ms: endMs, busyMs } = this.#ended ?? this.#lasted(this.#reactor.now() - this.#origin);
    const callbacks = this.#callbacks.map(({ connection, at, ...callback }): RecordedCallback => {
      const lane = connection === undefined ? undefined : this.#tasks.get(connection);
      return { ...callback, at: at - this.#origin, ...(lane !== undefined && { lane }) };
    });
    // They are told when they end: one within another before that.
    callbacks.sort((one, two) => one.at - two.at);
    const inside = callbacks.filter(({ at }) => at >= 0 && at <= endMs);
    const lanes = [...this.#tracks.values()].map((track) => laneOf(track, lanePrefix, endMs));
    return { name: this.#name, endMs, busyMs, lanes, callbacks: inside };
  }

  #begin(tasks: readonly SessionTask[]): void {
    this.#origin = this.#reactor.now();
    this.#busyBefore = this.#busyMs();
    for (const { task, address } of tasks) this.#tracks.set(task, { task, address, chunks: [] });
  }

  #step(event: Exclude<SessionEvent, { readonly event: 'begun' | 'ended' }>): void {
    const track = this.#tracks.get(event.task);
    if (track === undefined) return;
    const { ms } = event;
    switch (event.event) {
      case 'connecting':
        track.began = ms;
        break;
      case 'connected':
        track.connected = ms;
        this.#connecting = event.task;
        break;
      case 'chunk':
        track.chunks.push({ at: ms, bytes: event.bytes, direction: 'in' });
        break;
      case 'finished':
        track.end = { at: ms };
        break;
      case 'failed':
        // The address stands beside it.
        track.end = { at: ms, failure: event.reason.replace(`${track.address}: `, '') };
    }
  }

  #end(ms: number): void {
    this.#ended = this.#lasted(ms);
    this.#stop();
  }

  #lasted(ms: number): { readonly ms: number; readonly busyMs: number } {
    return { ms, busyMs: this.#busyMs() - this.#busyBefore };
  }

  #busyMs(): number {
    return this.#reactor.inspect().loop?.busyMs ?? 0;
  }
}

function laneOf({ task, address, chunks, began, connected, end }: Track, prefix: string, endMs: number): Lane {
  const begin = began ?? endMs;
  const until = end?.at ?? endMs;
  const spans: Span[] = [];
  const add = (kind: Span['kind'], from: number, to: number): void => {
    if (to > from) spans.push({ kind, from, to });
  };
  add('pending', 0, begin);
  add('connecting', begin, connected ?? until);
  if (connected !== undefined) add('waiting', connected, until);
  return { number: task, name: `${prefix} ${task}`, place: address, spans, chunks, ...(end && { end }) };
}
