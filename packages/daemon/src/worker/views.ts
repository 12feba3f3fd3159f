import type { Frames, FrameViewer } from 'couplet-inspector';
import type { Order, Report } from '../ipc/messages.ts';
import { messageOf } from '../values/error-words.ts';
import { EXIT } from '../values/exit-status.ts';

/** Those who look at the reactor of this process through its supervisor. */
export class Views {
  readonly #frames: Frames;
  readonly #viewers: Map<number, FrameViewer> = new Map();

  /** `frames` are those of the reactor; `close` ends them. */
  constructor(frames: Frames) {
    this.#frames = frames;
  }

  /** Makes the next frame of a viewer, who is a new one if his number is. Never rejects. */
  async frame({ id, viewer, query, dropped }: Order & { readonly kind: 'frame' }): Promise<Report> {
    try {
      const known = this.#viewers.get(viewer) ?? this.#frames.view(query, new URLSearchParams());
      this.#viewers.set(viewer, known);
      return { kind: 'frame', id, json: await known.next(dropped) };
    } catch (error) {
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
    this.#viewers.clear();
    this.#frames.close();
  }
}
