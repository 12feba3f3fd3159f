import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Protocol } from 'couplet';
import type { FrameDecoder } from 'couplet/testing';
import { verifyFraming } from 'couplet/testing';

/** Words, each ended by two bars, from the simplest code that is right. */
class Words implements FrameDecoder {
  protected held = '';
  push(chunk: Buffer): void {
    this.held += chunk.toString('latin1');
  }
  next(): string | undefined {
    const end = this.held.indexOf('||');
    if (end < 0) return undefined;
    const word = this.held.slice(0, end);
    this.held = this.held.slice(end + 2);
    return word;
  }
  rest(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }
}

/** Loses a separator that is cut in two. */
class Forgetful extends Words {
  override push(chunk: Buffer): void {
    super.push(chunk);
    if (this.held.endsWith('|') && !this.held.endsWith('||')) this.held = this.held.slice(0, -1);
  }
}

/** Refuses a word of more than three letters, and goes on after it. */
class Short extends Words {
  override next(): string | undefined {
    const word = super.next();
    if (word !== undefined && word.length > 3) throw new RangeError(`${word} is long`);
    return word;
  }
}

/** Hands out views of a buffer that it uses again. */
class Reusing implements FrameDecoder {
  readonly #words = new Words();
  readonly #buffer = Buffer.alloc(16);
  push(chunk: Buffer): void {
    this.#words.push(chunk);
  }
  next(): Buffer | undefined {
    const word = this.#words.next();
    return word === undefined ? undefined : this.#buffer.subarray(0, this.#buffer.write(word));
  }
}

/** The same words for a protocol. A word `raw` makes bytes of all that follows. */
class Talk extends Protocol {
  readonly words: Words = new Words();
  raw = false;
  wordReceived(_word: string): void {}
  bytesReceived(_bytes: Buffer): void {}
  override dataReceived(data: Buffer): void | Promise<void> {
    if (this.raw) return this.bytesReceived(data);
    this.words.push(data);
    this.deliver();
  }
  override readingResumed(): void {
    this.deliver();
  }
  protected deliver(): void {
    while (!this.transport.paused && !this.transport.disconnecting) {
      const word = this.words.next();
      if (word === undefined) return;
      this.wordReceived(word);
    }
  }
}

/** Why it fails. */
function failure(verify: () => unknown): string {
  try {
    verify();
  } catch (error) {
    return String(error);
  }
  return 'it did not fail';
}

describe('verifyFraming of a decoder', () => {
  test('R27 tells what came, and in how many ways it was cut', () => {
    const report = verifyFraming(() => new Words(), 'to||be||', { cuts: 50 });
    assert.deepEqual(report.sequence, ['frame("to")', 'frame("be")']);
    // Once more as a whole, 7 places, byte by byte, at random.
    assert.equal(report.cuts, 1 + 7 + 1 + 50);
  });

  test('R27 names the first difference and the cut that causes it', () => {
    assert.equal(
      failure(() => verifyFraming(() => new Forgetful(), 'to||be||')),
      'Error: entry 1 is frame("to|be"), not frame("to"), when the stream is cut at byte 3 ("to|" | "|be||") [in two]',
    );
  });

  test('R27 simplifies a cut that only chance found', () => {
    /** Goes wrong only when cut before and after the third byte. */
    class Rare extends Words {
      #lengths = '';
      override push(chunk: Buffer): void {
        this.#lengths += `${chunk.length} `;
        super.push(chunk);
        if (this.#lengths.startsWith('2 1 ') && this.#lengths.length < 7) this.held = this.held.toUpperCase();
      }
    }
    assert.equal(
      failure(() => verifyFraming(() => new Rare(), 'word||éà||', { seed: 5 })),
      'Error: entry 1 is frame("WORD"), not frame("word"), when the stream is cut ' +
        'at byte 2 ("wo" | "rd||\\xc3\\xa9\\xc3\\xa0||"), 3 ("wor" | "d||\\xc3\\xa9\\xc3\\xa0||") ' +
        '[at random, number 18 of seed 5]',
    );
  });

  test('R27 a frame too many, or none, is a difference', () => {
    /** A frame for each chunk. */
    class Chunks implements FrameDecoder {
      #chunk: Buffer | undefined;
      push(chunk: Buffer): void {
        this.#chunk = chunk;
      }
      next(): Buffer | undefined {
        const chunk = this.#chunk;
        this.#chunk = undefined;
        return chunk;
      }
    }
    assert.equal(
      failure(() => verifyFraming(() => new Chunks(), '\xff\0')),
      'Error: entry 1 is frame(bytes "\\xc3"), not frame(bytes "\\xc3\\xbf\\u0000"), ' +
        'when the stream is cut at byte 1 ("\\xc3" | "\\xbf\\u0000") [in two]',
    );
    let made = 0;
    class Once extends Words {
      readonly #first = made++ === 0;
      override next(): string | undefined {
        return this.#first ? super.next() : undefined;
      }
    }
    assert.equal(
      failure(() => verifyFraming(() => new Once(), 'a||')),
      'Error: entry 1 is missing, not frame("a"), when the stream is cut nowhere and played a second time',
    );
  });

  test('R27 of long entries the part that differs is shown', () => {
    const long = 'x'.repeat(500);
    assert.equal(
      failure(() => verifyFraming(() => new Forgetful(), `${long}||${long}||`)),
      `Error: entry 1 is ...${'x'.repeat(30)}|${'x'.repeat(29)}..., not ...${'x'.repeat(30)}"), ` +
        `when the stream is cut at byte 501 ("${'x'.repeat(15)}|" | "|${'x'.repeat(15)}") [in two]`,
    );
  });

  test('R27 errors are part of the sequence, and end it unless the decoder goes on', () => {
    const stream = 'to||longer||be||';
    const ended = verifyFraming(() => new Short(), stream, { cuts: 20 });
    assert.deepEqual(ended.sequence, ['frame("to")', 'throw(RangeError: longer is long)']);
    const went = verifyFraming(() => new Short(), stream, { cuts: 20, goesOn: (error) => error instanceof RangeError });
    assert.deepEqual(went.sequence, ['frame("to")', 'throw(RangeError: longer is long)', 'frame("be")']);
  });

  test('frames that are overwritten after they were taken are found', () => {
    assert.equal(
      failure(() => verifyFraming(() => new Reusing(), 'to||be||')),
      'Error: frame(bytes "to") was overwritten after it was taken: it is bytes "be" now',
    );
  });

  test('a decoder whose frames never end is found', () => {
    const endless = { push() {}, next: () => 0 };
    assert.match(
      failure(() => verifyFraming(() => endless, 'ab')),
      /next\(\) returned more than 192 frames for 2 bytes/,
    );
  });

  test('contents of any kind are compared', () => {
    const ring: { next?: object } = {};
    ring.next = ring;
    const values: readonly unknown[] = [
      ...[1, 2n, true, null, 'a', Symbol('a'), Buffer.from('a'), [1, [2]], { a: 1 }],
      ...[new Set([1]), new Map([['a', 1]]), new Map([['a', 2]]), new Date(0), new Date(1), new Uint16Array([1])],
      ...[new ArrayBuffer(1), new ArrayBuffer(2), new DataView(new ArrayBuffer(1)), new DataView(new ArrayBuffer(2))],
      ...[new URL('http://a'), new URL('http://b'), /a/, /b/, {}, Object.assign(Object.create(null), { b: 1 }), ring],
    ];
    const texts = values.map((value) => {
      const subject = (): FrameDecoder => {
        const frames: unknown[] = [];
        const push = (chunk: Buffer): void => {
          if (chunk.includes('a')) frames.push(value);
        };
        return { push, next: () => frames.shift() };
      };
      return verifyFraming(subject, 'ab', { cuts: 2 }).sequence[0];
    });
    assert.equal(new Set(texts).size, values.length);
  });

  test('refuses an empty stream, and a subject that is neither', () => {
    assert.throws(() => verifyFraming(() => new Words(), ''), new RangeError('an empty stream cannot be cut'));
    // @ts-expect-error it is neither
    assert.throws(() => verifyFraming(() => ({}), 'a'), /neither a decoder .* nor a protocol/);
  });
});

describe('verifyFraming of a protocol', () => {
  test('R27 listens to the callbacks that are named, to the output and to the end', () => {
    class Polite extends Talk {
      override wordReceived(word: string): void {
        this.transport.write('got ');
        this.transport.write(word);
        if (word === 'end') this.transport.loseConnection();
      }
    }
    const { sequence } = verifyFraming(() => new Polite(), 'to||end||be||', { callbacks: ['wordReceived'] });
    assert.deepEqual(sequence, [
      'wordReceived("to")',
      'write(bytes "got to")',
      'wordReceived("end")',
      'write(bytes "got end")',
      'loseConnection()',
    ]);
  });

  test('R27 raw bytes are the same when joined between other callbacks', () => {
    class Switching extends Talk {
      override wordReceived(word: string): void {
        this.raw = word === 'raw';
      }
      protected override deliver(): void {
        super.deliver();
        if (this.raw) {
          const rest = this.words.rest();
          if (rest !== '') this.bytesReceived(Buffer.from(rest, 'latin1'));
        }
      }
      override bytesReceived(bytes: Buffer): void {
        this.transport.write(bytes);
      }
    }
    const subject = (): Switching => new Switching();
    const names = { callbacks: ['wordReceived'], raw: ['bytesReceived'] } as const;
    const { sequence } = verifyFraming(subject, 'a||raw||and the rest', names);
    assert.deepEqual(sequence, [
      'wordReceived("a")',
      'wordReceived("raw")',
      'bytesReceived(bytes "and the rest")',
      'write(bytes "and the rest")',
    ]);
    assert.match(
      failure(() => verifyFraming(subject, 'a||raw||and the rest', { callbacks: ['bytesReceived'] })),
      /^Error: entry 1 is bytesReceived\(bytes "a"\), not bytesReceived\(bytes "and the rest"\)/,
    );
  });

  test('R14 R27 one that pauses is resumed, and loses nothing', () => {
    class Pausing extends Talk {
      override wordReceived(): void {
        this.transport.pauseProducing();
      }
    }
    const { sequence } = verifyFraming(() => new Pausing(), 'to||be||or||', { callbacks: ['wordReceived'] });
    assert.deepEqual(sequence, ['wordReceived("to")', 'wordReceived("be")', 'wordReceived("or")']);
  });

  test('R29 finds what is delivered after the end', () => {
    class Late extends Talk {
      protected override deliver(): void {
        for (let word = this.words.next(); word !== undefined; word = this.words.next()) this.wordReceived(word);
      }
      override wordReceived(_word: string): void {
        this.transport.abortConnection();
      }
    }
    assert.match(
      failure(() => verifyFraming(() => new Late(), 'to||be||', { callbacks: ['wordReceived'] })),
      /entry 3 is missing, not wordReceived\("be"\), when the stream is cut at byte 4/,
    );
  });

  test('R8 what it throws ends it', () => {
    class Failing extends Talk {
      override wordReceived(word: string): void {
        if (word === 'be') throw new Error('no');
        if (word === 'fail') this.transport.failConnection(new Error('nor so'));
      }
    }
    const thrown = verifyFraming(() => new Failing(), 'to||be||or||', { callbacks: ['wordReceived'], cuts: 9 });
    assert.deepEqual(thrown.sequence, ['wordReceived("to")', 'wordReceived("be")', 'throw(Error: no)']);
    const failed = verifyFraming(() => new Failing(), 'fail||');
    assert.deepEqual(failed.sequence, ['abortConnection(Error: nor so)', 'throw(Error: nor so)']);
  });

  test('refuses a callback that is not there, a raw one without bytes, promises, and a pause without end', () => {
    // @ts-expect-error there is no such method
    assert.throws(() => verifyFraming(() => new Talk(), 'a', { callbacks: ['word'] }), /has no method word$/);
    class Odd extends Talk {
      number(_value: number): void {}
      override wordReceived(_word: string): void {
        this.number(1);
      }
    }
    assert.equal(
      failure(() => verifyFraming(() => new Odd(), 'a||', { raw: ['number'] })),
      'TypeError: number is listed in raw, but was called without bytes',
    );
    class Slow extends Talk {
      override async dataReceived(_data: Buffer): Promise<void> {}
    }
    assert.equal(
      failure(() => verifyFraming(() => new Slow(), 'a')),
      'TypeError: dataReceived returned a promise: only a protocol that answers at once can be verified',
    );
    class Stuck extends Talk {
      protected override deliver(): void {
        this.transport.pauseProducing();
      }
    }
    assert.match(
      failure(() => verifyFraming(() => new Stuck(), 'a')),
      /pauses again and again without taking anything$/,
    );
  });

  test('100,000 random cuts of a short stream', () => {
    const { cuts } = verifyFraming(() => new Talk(), 'to||be||or||not||', {
      callbacks: ['wordReceived'],
      cuts: 100_000,
    });
    assert.equal(cuts, 1 + 16 + 1 + 100_000);
  });
});
