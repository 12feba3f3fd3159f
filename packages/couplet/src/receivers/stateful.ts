import type { AnyFactory, Result } from '../protocol/protocol.ts';
import type { Details } from '../values/details.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { IntNStringReceiver, StringReceiver } from './strings.ts';

/** What a state returns for a string: the next state, `done` to close the connection, or nothing to stay in the present one. */
export type NextState<State extends string> = State | 'done' | undefined | void;

/** What a receiver that is a state machine has to declare: its states, and the first one. */
export abstract class Stateful<State extends string> {
  /** The present state. Its initial value is the first state; afterwards it follows from what the functions in `states` return. */
  abstract state: State;
  /**
   * A function for each state, which is called with each string that arrives in it, and returns the next state or a promise of
   * it. The promise is awaited before the next string; if the function throws or the promise rejects, the connection is aborted
   * with the error.
   */
  abstract readonly states: { readonly [S in State]: (string: Buffer) => NextState<State> | Promise<NextState<State>> };
}

/**
 * Makes a class of receivers of strings a state machine. The result is a class to extend: `class Login extends
 * StatefulStringProtocol<'name' | 'word'>(NetstringReceiver)` has to declare a `state` to begin with and a function for each of its
 * `states`. `receiver` is the class to build on; strings are framed and limited as in that class.
 */
export function StatefulStringProtocol<State extends string, F = AnyFactory>(
  receiver: new () => IntNStringReceiver<F>,
): abstract new () => IntNStringReceiver<F> & Stateful<State>;
export function StatefulStringProtocol<State extends string, F = AnyFactory>(
  receiver: new () => StringReceiver<F>,
): abstract new () => StringReceiver<F> & Stateful<State>;
export function StatefulStringProtocol<State extends string, F = AnyFactory>(
  receiver: new () => StringReceiver<F>,
): abstract new () => StringReceiver<F> & Stateful<State> {
  abstract class StatefulStrings extends receiver implements Stateful<State> {
    abstract state: State;
    abstract readonly states: Stateful<State>['states'];

    override stringReceived(string: Buffer): Result {
      const next = this.states[this.state](string);
      if (isThenable(next)) return promiseOf(next).then((later) => this.#enter(later));
      this.#enter(next);
    }

    override describe(): Details {
      return { state: this.state };
    }

    #enter(next: NextState<State>): void {
      if (next === 'done') this.transport.loseConnection();
      else if (next !== undefined) this.state = next;
    }
  }
  return StatefulStrings;
}
