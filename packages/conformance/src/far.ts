import type { DuplexLike } from 'couplet';
import { Actor, type Part } from './actor.ts';
import { expect } from './check.ts';
import { type BackendUnderTest, OneFactory, type Stage } from './stage.ts';

/** Makes pairs of streams. */
export type StreamPair = NonNullable<BackendUnderTest['streamPair']>;

/** The other end of an adopted stream, as a check reads it: it writes down `end`, `error` and `close` in `log`, and answers an end. */
export class Far {
  readonly duplex: DuplexLike;
  readonly log: string[] = [];
  readonly #chunks: Buffer[] = [];
  #received = 0;
  #waiters: (() => void)[] = [];

  constructor(duplex: DuplexLike) {
    this.duplex = duplex;
    duplex.on('error', () => this.#note('error'));
    duplex.on('end', () => {
      this.#note('end');
      duplex.end();
    });
    duplex.on('close', () => this.#note('close'));
    duplex.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#received += chunk.length;
      this.#wake();
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get received(): number {
    return this.#received;
  }

  async when(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
  }

  async hears(what: string): Promise<void> {
    await this.when(() => this.log.includes(what));
  }

  /** Resolves when the other end has ended or is closed. */
  async gone(): Promise<void> {
    await this.when(() => this.log.length > 0);
  }

  say(text: string): void {
    this.duplex.write(Buffer.from(text), () => {});
  }

  #note(what: string): void {
    this.log.push(what);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** One end of a pair whose other end only listens. */
export function nearOf(pair: StreamPair): DuplexLike {
  const [near, far] = pair();
  void new Far(far);
  return near;
}

/** Has an actor serve one end of a pair. */
export async function served(
  stage: Stage,
  [near, far]: ReturnType<StreamPair>,
  part: Part = {},
): Promise<{ actor: Actor; far: Far }> {
  const actor = new Actor(part);
  const other = new Far(far);
  const protocol = await stage.reactor.adoptStream(near, stage.cast(new OneFactory(actor)));
  expect(protocol === actor, 'adoptStream resolved to something else than the protocol');
  return { actor, far: other };
}
