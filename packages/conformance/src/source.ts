import type { Producer, Result } from 'couplet';
import type { Actor } from './actor.ts';

/** What a source does in its calls. */
export interface Script {
  resume?(source: Source): Result;
  pause?(source: Source): Result;
  stop?(source: Source): Result;
}

/** A producer for checks: it follows its script, and writes down its calls: `resume`, `pause` and `stop`. */
export class Source implements Producer {
  readonly log: string[] = [];
  /** True from `pause` to `resume` or `stop`. */
  paused = false;
  readonly #actor: Actor;
  readonly #script: Script;

  /** `actor` is the one whose transport it writes to. */
  constructor(actor: Actor, script: Script = {}) {
    this.#actor = actor;
    this.#script = script;
  }

  resumeProducing(): Result {
    this.paused = false;
    return this.#told('resume', () => this.#script.resume?.(this));
  }

  /** Not watched for nesting: it may run inside a `write`, and so inside another callback. */
  pauseProducing(): Result {
    this.paused = true;
    this.log.push('pause');
    return this.#script.pause?.(this);
  }

  stopProducing(): Result {
    this.paused = false;
    return this.#told('stop', () => this.#script.stop?.(this));
  }

  #told(what: string, act: () => Result): Result {
    this.log.push(what);
    return this.#actor.calledBack(what, act);
  }
}

/** Pours a poem into an actor's transport piece by piece, as a registered streaming producer; unregisters at the end. */
export function push(actor: Actor, poem: Buffer, piece = 10_000): Source {
  const { transport } = actor;
  let sent = 0;
  const produce = (source: Source): void => {
    while (!source.paused && sent < poem.length) {
      transport.write(poem.subarray(sent, sent + piece));
      sent += piece;
    }
    if (sent >= poem.length) transport.unregisterProducer();
  };
  const source = new Source(actor, { resume: produce });
  transport.registerProducer(source, true);
  produce(source);
  return source;
}

/** The same as a pull producer. */
export function pull(actor: Actor, poem: Buffer, piece = 10_000): Source {
  const { transport } = actor;
  let sent = 0;
  const source = new Source(actor, {
    resume: () => {
      transport.write(poem.subarray(sent, sent + piece));
      sent += piece;
      if (sent >= poem.length) transport.unregisterProducer();
    },
  });
  transport.registerProducer(source, false);
  return source;
}
