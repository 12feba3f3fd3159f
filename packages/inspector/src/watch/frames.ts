import type { Clock, Reactor } from 'couplet';
import type { FrameSource, FrameViewer } from '../values/frame-source.ts';
import type { FrameQuery } from '../values/query.ts';
import { EventRing } from './event-ring.ts';
import { Heartbeat } from './heartbeat.ts';
import { Payload } from './payload.ts';
import { Recorder } from './recorder.ts';
import { Viewer, type Watched } from './viewer.ts';
import { Walk } from './walk.ts';

/** Options of `frames`. */
export interface FramesOptions {
  /**
   * Whether the bytes of a connection are shown to viewers who have it open, the last 64 KiB of each from then on, in at most
   * 1,000 chunks; false unless set. Passwords are bytes too.
   */
  readonly payload?: boolean;
  /**
   * The clock on which the frames are made, of the same event loop: its timers are not those that a frame shows. That of a sibling of the
   * reactor unless set.
   */
  readonly clock?: Clock;
}

/** The frames of a reactor, until `close`. Disposing of it calls `close`. */
export interface Frames extends FrameSource, Disposable {
  /** Watches the reactor no more: viewers get no further frame. */
  close(): void;
}

/**
 * Returns the frames of a reactor, for one who serves them: `serveInspector` does for a browser. From now on events are kept for those who
 * look later, the last 4,096. Errors that a frame shows are printed as before.
 */
export function frames(reactor: Reactor, { clock = reactor.sibling(), payload = false }: FramesOptions = {}): Frames {
  return new ReactorFrames(reactor, clock, payload);
}

/** The frames of a reactor, made on a clock. */
export class ReactorFrames implements Frames {
  readonly #watched: Watched;
  readonly #viewers: Set<Viewer> = new Set();
  #closed = false;

  constructor(reactor: Pick<Reactor, 'inspect' | 'observe' | 'now'>, clock: Clock, payload: boolean) {
    this.#watched = {
      reactor,
      walk: new Walk(clock),
      events: new EventRing(reactor),
      heartbeat: new Heartbeat(clock),
      recorder: new Recorder(reactor),
      payload: payload ? new Payload(reactor) : undefined,
      clock,
    };
  }

  view(query: FrameQuery): FrameViewer {
    if (this.#closed) throw new Error('the frames are closed');
    const viewer = new Viewer(this.#watched, query, () => this.#viewers.delete(viewer));
    this.#viewers.add(viewer);
    return viewer;
  }

  close(): void {
    this.#closed = true;
    this.#watched.events.close();
    this.#watched.walk.close();
    for (const viewer of [...this.#viewers]) viewer.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
