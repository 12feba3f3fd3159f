import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from './command-line.ts';
import { framesFrom, InquiryError } from './inquiry.ts';
import type { Keystroke } from './keystroke.ts';
import { type Look, pressed } from './look.ts';
import { questionOf } from './question.ts';
import { roomFor, rowsIn, type Scene, screen } from './screen.ts';
import { frameOf } from './shown-frame.ts';
import { Terminal } from './terminal.ts';

/** How much longer than usual a frame may take until the screen says so. */
const LATE_MS = 1500;
/** How often that is looked at. */
const CHECK_MS = 500;
/** The inspector may not have seen yet that the stream before has ended. */
const BUSY = 503;
const TRIES = 5;
const AGAIN_MS = 200;

/** Shows frame after frame on the terminal, until a key ends it. Rejects with an `InquiryError` if frames end otherwise. */
export async function showLive(request: Request): Promise<void> {
  await new Live(request).run();
}

class Live {
  readonly #request: Request;
  readonly #terminal: Terminal = new Terminal(
    (key) => this.#press(key),
    () => this.#paint(),
  );
  #look: Look;
  #scene: Scene | undefined;
  #cameAt = 0;
  #stream: AbortController = new AbortController();
  #left = false;

  constructor(request: Request) {
    this.#request = request;
    this.#look = request.look;
  }

  async run(): Promise<void> {
    const checking = setInterval(() => this.#checkSilence(), CHECK_MS);
    try {
      let refused = 0;
      while (!this.#left) {
        try {
          await this.#follow();
          refused = 0;
        } catch (error) {
          refused += 1;
          if (!this.#mayAskAgain(error) || refused > TRIES) throw error;
          await sleep(AGAIN_MS);
        }
      }
    } finally {
      clearInterval(checking);
      if (this.#scene !== undefined) this.#terminal.close();
    }
  }

  /** Shows the frames of one stream, until what is asked for changes. */
  async #follow(): Promise<void> {
    const { target, every } = this.#request;
    this.#stream = new AbortController();
    const inquiry = questionOf(this.#request, this.#look, every);
    for await (const json of framesFrom(inquiry, this.#stream.signal)) {
      const frame = frameOf(json);
      if (frame === undefined) throw new InquiryError(`${target.name}: what it sends is not a frame of this version`);
      this.#cameAt = performance.now();
      if (this.#look.paused && this.#scene !== undefined) continue;
      if (this.#scene === undefined) this.#terminal.open();
      this.#scene = { target: target.name, frame, offset: inquiry.query.offset ?? 0 };
      this.#paint();
    }
  }

  #mayAskAgain(error: unknown): boolean {
    return this.#scene !== undefined && error instanceof InquiryError && error.status === BUSY;
  }

  #press(key: Keystroke): void {
    const scene = this.#scene;
    if (scene === undefined) return;
    if (key === 'suspend') {
      this.#terminal.suspend();
      return;
    }
    const { every } = this.#request;
    const before = questionOf(this.#request, this.#look, every);
    const room = roomFor(scene, this.#look, this.#terminal.size);
    const around = { rows: rowsIn(scene, this.#look), room, processes: scene.frame.processes ?? [] };
    const look = pressed(this.#look, key, around);
    if (look === undefined) this.#left = true;
    else this.#look = look;
    const same = JSON.stringify(questionOf(this.#request, this.#look, every)) === JSON.stringify(before);
    if (this.#left || !same) this.#stream.abort();
    if (!this.#left) this.#paint();
  }

  /** Says so when no frame comes. */
  #checkSilence(): void {
    const scene = this.#scene;
    if (scene === undefined) return;
    const silentMs = performance.now() - this.#cameAt;
    if (silentMs < this.#request.every * 1000 + LATE_MS) return;
    this.#scene = { ...scene, silentMs };
    this.#paint();
  }

  #paint(): void {
    const scene = this.#scene;
    if (scene === undefined) return;
    const { size } = this.#terminal;
    const last = Math.max(0, rowsIn(scene, this.#look) - roomFor(scene, this.#look, size));
    this.#look = { ...this.#look, first: Math.min(this.#look.first, last) };
    this.#terminal.paint(screen(scene, this.#look, size));
  }
}
