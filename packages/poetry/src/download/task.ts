import type { Reactor } from 'couplet';
import { hintFor } from '../command-line/hint.ts';
import type { PoetryAddress } from '../command-line/poetry-address.ts';
import { complain } from '../terminal/output.ts';
import type { TaskStep } from '../values/session-events.ts';
import type { DownloadLimits } from './download.ts';
import { checkPoem, download, failureAt } from './download.ts';

/** The download of one poem. */
export class Task {
  /** Counts from 1. */
  readonly number: number;
  readonly address: PoetryAddress;
  readonly #limits: DownloadLimits;
  readonly #expectBytes: number | undefined;

  /** Without `expectBytes` a poem is complete if its server closed in order and it is not empty. */
  constructor(number: number, address: PoetryAddress, limits: DownloadLimits, expectBytes?: number) {
    this.number = number;
    this.address = address;
    this.#limits = limits;
    this.#expectBytes = expectBytes;
  }

  /** Resolves to the poem when it is complete. Otherwise reports the reason on standard error, and resolves to undefined. */
  async run(reactor: Reactor, tell: (step: TaskStep) => void): Promise<Buffer | undefined> {
    const task = this.number;
    let bytes = 0;
    tell({ event: 'connecting', task, address: this.address.name });
    try {
      const poem = await download(reactor, this.address.endpoint, this.#limits, {
        onConnect: () => tell({ event: 'connected', task }),
        onChunk: (length) => {
          bytes += length;
          tell({ event: 'chunk', task, bytes: length });
        },
      });
      this.#check(poem.length);
      tell({ event: 'finished', task, bytes, poem });
      return poem;
    } catch (error) {
      const reason = failureAt(this.address, error);
      complain(`Task ${task}: ${reason}`, hintFor(error));
      tell({ event: 'failed', task, bytes, reason });
      return undefined;
    }
  }

  #check(length: number): void {
    const expected = this.#expectBytes;
    if (expected === undefined) checkPoem(length);
    if (expected !== undefined && length !== expected) {
      throw new Error(`got ${length} bytes of poetry, expected ${expected}`);
    }
  }
}
