// What a machine infers and refuses. Compiled, never run.
import { diagram } from '../../src/machine/diagram.ts';
import { Machine } from '../../src/machine/machine.ts';
import type { Actions, Run } from '../../src/machine/run.ts';
import type { States } from '../../src/machine/states.ts';
import { exactly } from './exactly.ts';

const login = new Machine('login', 'name', {
  name: { line: { to: 'password', call: 'takeName' }, late: { to: 'over', call: 'hangUp' } },
  password: { line: { to: 'checking', call: 'check' }, late: { to: 'over', call: 'hangUp' } },
  checking: { settled: { to: 'over', call: 'settle' }, late: { to: 'over' } },
  over: { line: 'ignore', settled: 'ignore', late: 'ignore' },
});

/** The actions of a protocol that gives itself. */
class Login {
  readonly #login = login.start(this);

  takeName(name: string): void {
    exactly<string>()(name);
  }

  async check(_secret: string): Promise<void> {
    this.#login.settled(true);
    // @ts-expect-error the argument is a boolean
    this.#login.settled('yes');
    // @ts-expect-error the argument is missing
    this.#login.settled();
    // @ts-expect-error there is no such event
    this.#login.setled(true);
  }

  settle(_right: boolean): void {}

  hangUp(): void {}

  lineReceived(line: string): void | Promise<void> {
    exactly<'name' | 'password' | 'checking' | 'over'>()(this.#login.state);
    return this.#login.line(line);
  }
}

export function running(): void {
  const run: Run<typeof login.states, Login> = login.start(new Login());
  exactly<void | Promise<void>>()(run.line('x'));
  exactly<void>()(run.late());
  // @ts-expect-error a line is a string
  run.line(5);
  // @ts-expect-error an event without an argument
  run.late('x');
  // @ts-expect-error the state changes by events alone
  run.state = 'over';
  // @ts-expect-error there is no such state
  void (run.state === 'nowhere');
}

export function acting(check: (secret: string) => void, settle: (right: boolean) => void): void {
  const takeName = (): void => {};
  const hangUp = (): void => {};
  exactly<'check' | 'hangUp' | 'settle' | 'takeName'>()('' as keyof Actions<typeof login.states>);
  // An action need not look at the argument, and an object may have more methods than actions.
  login.start({ takeName, check, settle, hangUp, more: () => {} }).line('x');
  // @ts-expect-error an action is missing
  login.start({ takeName, check, settle });
  // @ts-expect-error an action is a method
  login.start({ takeName, check, settle, hangUp: true });
  // @ts-expect-error an event has one argument at most
  login.start({ takeName, check, settle, hangUp: (_now: boolean, _why: string) => {} });
  // @ts-expect-error one event cannot have both a number and a string for its argument
  login.start({ takeName: (_name: number) => {}, check, settle, hangUp }).line('x');
}

export const refused: unknown[] = [
  // @ts-expect-error the initial state is not declared
  new Machine('door', 'ajar', { shut: { push: { to: 'shut' } } }),
  // @ts-expect-error the target is not declared
  new Machine('door', 'shut', { shut: { push: { to: 'ajar' } } }),
  // @ts-expect-error a transition leads somewhere
  new Machine('door', 'shut', { shut: { push: { call: 'creak' } } }),
  // @ts-expect-error a transition has no such part
  new Machine('door', 'shut', { shut: { push: { to: 'shut', cal: 'creak' } } }),
  // @ts-expect-error the only word is 'ignore'
  new Machine('door', 'shut', { shut: { push: 'ignored' } }),
  // @ts-expect-error a run has its state by that name
  new Machine('door', 'shut', { shut: { state: { to: 'shut' } } }),
  // @ts-expect-error a machine, not a run
  diagram(login.start(new Login())),
  diagram(login),
];

// A machine that is put together while the program runs is checked when it is made.
export function assembled(initial: string, states: States, event: string): void {
  const run = new Machine('any', initial, states).start({});
  exactly<(() => void) | undefined>()(run[event]);
}
