import assert from 'node:assert/strict';
import type { Factory } from 'couplet';
import type { Answer, Ledger, LedgerOptions } from 'couplet/policies';
import { limitConnections } from 'couplet/policies';
import { Recorders } from './recorder.ts';
import { House } from './visit.ts';

/** What a ledger was asked, and how the test answers it. */
export interface Question {
  readonly key: string;
  readonly max: number;
  readonly signal: AbortSignal;
  answer(answer: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A ledger whose answers the test gives: at once if there is one in `atOnce`, else later. */
export class Book implements Ledger {
  readonly questions: Question[] = [];
  readonly released: string[] = [];
  atOnce: (() => Answer) | undefined;
  onRelease: (() => void) | undefined;

  constructor(atOnce?: () => Answer) {
    this.atOnce = atOnce;
  }

  acquire(key: string, max: number, signal: AbortSignal): Answer | Promise<Answer> {
    let settle: (answer: unknown) => void = () => {};
    let reject: (error: unknown) => void = () => {};
    const promise = new Promise<unknown>((resolve, refuse) => {
      settle = resolve;
      reject = refuse;
    });
    const done = async (task: () => void): Promise<void> => {
      task();
      await settled();
    };
    this.questions.push({
      key,
      max,
      signal,
      answer: (answer) => done(() => settle(answer)),
      fail: (error) => done(() => reject(error)),
    });
    // Code without types may answer anything.
    return this.atOnce === undefined ? Object(promise) : this.atOnce();
  }

  release(key: string): void {
    this.released.push(key);
    this.onRelease?.();
  }

  last(): Question {
    const last = this.questions.at(-1);
    assert.ok(last !== undefined);
    return last;
  }
}

export const granted = (): Answer => 'granted';

export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A server behind that ledger. */
export interface Opened {
  readonly recorders: Recorders;
  readonly factory: Factory;
  readonly house: House;
  /** How many connections the limit itself counts. */
  open(): unknown;
}

export function open(book: Ledger, options: Partial<LedgerOptions> = {}, max = 2): Opened {
  const recorders = new Recorders();
  const factory = limitConnections(recorders, { max, ledger: book, message: 'full\n', ...options });
  const house = new House(factory);
  return { recorders, factory, house, open: () => shown(factory, 'open') };
}

export function codes({ reasons }: House): unknown[] {
  return reasons.map((reason) => ('code' in reason ? reason.code : reason.message));
}

/** What the outermost policy of a factory shows under that name. */
export function shown(factory: Factory, name: string): unknown {
  return factory.describePolicies()[0]?.[name];
}
