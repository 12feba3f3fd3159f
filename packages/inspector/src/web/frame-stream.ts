import type { PullProducer, RepeatedCall, Transport } from 'couplet';
import type { FrameViewer } from '../values/frame-source.ts';

/**
 * Sends a viewer its frames as server-sent events. While one is not wholly sent the next ones are dropped, so that a viewer which does not
 * read costs one frame; it is told how many there were.
 */
export class FrameStream implements PullProducer {
  readonly #transport: Transport;
  readonly #viewer: FrameViewer;
  readonly #ended: () => void;
  #beat: RepeatedCall | undefined;
  /** The frame before is on its way to the viewer as far as this end can tell. */
  #sent = true;
  #dropped = 0;
  #over = false;

  /** `ended` is called once, when it ends. */
  constructor(transport: Transport, viewer: FrameViewer, ended: () => void) {
    this.#transport = transport;
    this.#viewer = viewer;
    this.#ended = ended;
  }

  /** Sends a frame at once, and the next ones at intervals of these seconds. */
  start(seconds: number): void {
    this.#transport.registerProducer(this, false);
    this.#beat = this.#transport.clock.callEvery(1000 * seconds, () => this.#next(), { now: true });
  }

  /** Ends it, and lets the connection close. Does nothing if it has ended. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#beat?.cancel();
    this.#viewer.close();
    this.#transport.unregisterProducer();
    this.#ended();
  }

  resumeProducing(): void {
    this.#sent = true;
  }

  stopProducing(): void {
    this.end();
  }

  async #next(): Promise<void> {
    if (!this.#sent) {
      this.#dropped += 1;
      return;
    }
    const frame = await this.#frame();
    if (this.#over) return;
    if (frame === undefined) {
      this.end();
      this.#transport.loseConnection();
      return;
    }
    this.#dropped = 0;
    this.#sent = false;
    this.#transport.write(`data: ${frame}\n\n`);
  }

  /** Resolves to the next frame, or to undefined if there is none any more. */
  async #frame(): Promise<string | undefined> {
    try {
      return await this.#viewer.next(this.#dropped);
    } catch {
      return undefined;
    }
  }
}
