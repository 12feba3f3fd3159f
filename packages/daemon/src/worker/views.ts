import type { Frames, FrameViewer } from 'couplet-inspector';
import type { Order, Report } from '../ipc/messages.ts';
import { messageOf } from '../values/error-words.ts';
import { EXIT } from '../values/exit-status.ts';

/** Those who look at the reactor of this process through its supervisor. */
export class Views {
  readonly #frames: Frames;
  readonly #viewers: Map<number, FrameViewer> = new Map();
  #closed = false;

  /** `frames` are those of the reactor; `close` ends them. */
  constructor(frames: Frames) {
    this.#frames = frames;
  }

  /**
   * Makes the next frame of a viewer, who is a new one if his number is. Resolves to undefined once it is closed: the process ends, which
   * tells the supervisor to ask another one. Never rejects.
   */
  async frame({ id, viewer, query, dropped }: Order & { readonly kind: 'frame' }): Promise<Report | undefined> {
    try {
      const known = this.#viewers.get(viewer) ?? this.#frames.view(query, new URLSearchParams());
      this.#viewers.set(viewer, known);
      return { kind: 'frame', id, json: await known.next(dropped) };
    } catch (error) {
      if (this.#closed) return undefined;
      return { kind: 'frame', id, failure: { line: messageOf(error), status: EXIT.failed } };
    }
  }

  /** A viewer looks no more. */
  unwatch(viewer: number): void {
    this.#viewers.get(viewer)?.close();
    this.#viewers.delete(viewer);
  }

  /** Ends all. */
  close(): void {
    this.#closed = true;
    this.#viewers.clear();
    this.#frames.close();
  }
}
