import type { Bug, Test } from './bug.ts';

/** A test of limits with a ledger, and one of the deadlines of messages. */
const ledger = (name: string): Test => ({ file: 'policies/ledgers.test.ts', name });
const message = (name: string): Test => ({ file: 'policies/timeout-message.test.ts', name });

/** Limits that processes share, and deadlines of messages. */
export const LEDGER_BUGS: readonly Bug[] = [
  {
    name: 'a place that is granted too late, and stays with the ledger',
    file: 'policies/shared-limit.ts',
    text: "          else if (last === 'granted') this.#release(applicant);\n",
    instead: '',
    test: ledger('R48 a place that is granted after the answer was due'),
  },
  {
    name: 'a place that the ledger did not grant, and gets back',
    file: 'policies/shared-limit.ts',
    text: 'return new Slot(wire, free);',
    instead: 'return new Slot(wire, () => this.#release(applicant));',
    test: ledger('R42 the own count is right, whichever way each connection was admitted'),
  },
  {
    name: 'a place of the limit itself that who is refused by the ledger keeps',
    file: 'policies/shared-limit.ts',
    text: "    free();\n    return answer === 'refused'",
    instead: "    return answer === 'refused'",
    test: ledger('R42 who is refused by the ledger is told of as that'),
  },
  {
    name: 'a ledger that is not told that its answer is awaited no more',
    file: 'policies/shared-limit.ts',
    text: '        controller.abort(signal.reason);\n',
    instead: '',
    test: ledger('R48 a connection that goes while it waits'),
  },
  {
    name: 'a deadline for the answer that outlives it',
    file: 'policies/shared-limit.ts',
    text: '        timeout.cancel();\n',
    instead: '        if (waiting) timeout.cancel();\n',
    test: ledger('R48 a connection waits for the answer'),
  },
  {
    name: 'an outage that floods the log',
    file: 'policies/ledger-errors.ts',
    text: 'if (now < this.#restsUntil) return;',
    instead: 'if (now < this.#restsUntil - REST_MS) return;',
    test: { file: 'policies/ledger-errors.test.ts', name: 'R8 errors of a ledger are reported under its class' },
  },
  {
    name: 'a deadline of a message that each of its bytes moves',
    file: 'policies/timeout-message.ts',
    text: 'if (held > 0 && !same) this.#begin();',
    instead: 'if (held > 0 && (!same || size > 0)) this.#begin();',
    test: message('R43 a message that is not whole in time ends the connection'),
  },
  {
    name: 'a deadline that goes on from one message to the next',
    file: 'policies/timeout-message.ts',
    text: ' && held === before + size;',
    instead: ' && size > 0;',
    test: message('R43 messages that never end with their chunk'),
  },
  {
    name: 'a deadline of a message that passes while this side does not read',
    file: 'policies/timeout-message.ts',
    text: 'if (held === this.#held) this.deadline = this.#clock.now() + this.#leftMs;\n        else this.#begin();',
    instead: 'if (held !== this.#held) this.#begin();',
    test: message('R43 pausing stops the time of a message'),
  },
];
