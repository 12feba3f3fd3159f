import type { AnyFactory, Result } from '../protocol/protocol.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import type { IntNStringReceiver, StringReceiver } from './strings.ts';

/** The state after a string: another one, `done` to close the connection, nothing to stay. */
export type NextState<State extends string> = State | 'done' | undefined | void;

/** What makes a receiver take each string by the state that it is in. */
export abstract class Stateful<State extends string> {
  /** The present state. */
  abstract state: State;
  /** What each state does with a string; it returns the next state, or a promise of it. */
  abstract readonly states: { readonly [S in State]: (string: Buffer) => NextState<State> | Promise<NextState<State>> };
}

/**
 * Makes a receiver of strings a state machine: `class Login extends StatefulStringProtocol<'name' | 'word'>(NetstringReceiver)`
 * has a `state` to begin with and a function for each of its `states`.
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

    #enter(next: NextState<State>): void {
      if (next === 'done') this.transport.loseConnection();
      else if (next !== undefined) this.state = next;
    }
  }
  return StatefulStrings;
}
