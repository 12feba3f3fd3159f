import type { Bug, Test } from './bug.ts';

/** A test of the admission. */
const admission = (name: string): Test => ({ file: 'engine/admission.test.ts', name });

/** From the wire to the connection. */
export const ADMISSION_BUGS: readonly Bug[] = [
  {
    name: 'a late verdict that is kept: its slot never comes back',
    file: 'engine/undecided.ts',
    text: '    if (verdict instanceof Filter) this.#steps.abandon(verdict, LATE);\n',
    instead: '    if (verdict instanceof Filter && verdict.copies) this.#steps.abandon(verdict, LATE);\n',
    test: admission('R48 a verdict that comes too late is abandoned'),
  },
  {
    name: 'a deadline that outlives the verdict',
    file: 'engine/undecided.ts',
    text: 'this.#deadline?.cancel();\n    this.#wait = undefined;',
    instead: 'this.#wait = undefined;',
    test: admission('R48 a verdict may come later: until then nothing is read'),
  },
  {
    name: 'a refusal that is told twice: when it was decided, and when the wire is gone',
    file: 'engine/admission-life.ts',
    text: "sent: { to: 'refused', call: 'close' },\n    late: { to: 'refused', call: 'close' },\n    // It ends by itself: a close before that could reset the connection, and destroy the message.\n    stop: 'ignore',\n    cut: { to: 'refused', call: 'close' },\n    closed: { to: 'gone', call: 'bury' },",
    instead:
      "sent: { to: 'refused', call: 'close' },\n    late: { to: 'refused', call: 'close' },\n    // It ends by itself: a close before that could reset the connection, and destroy the message.\n    stop: 'ignore',\n    cut: { to: 'refused', call: 'close' },\n    closed: { to: 'gone', call: 'lose' },",
    test: admission('R45 who is turned away with a message is told of once'),
  },
  {
    name: 'a refusal that is told never: a limit refuses at once',
    file: 'engine/admission.ts',
    text: '    this.#tell(reason, this.#engine.observers.ask(CONNECTIONS) ? this.#newcomer(wire, known) : undefined);\n',
    instead:
      "    if (reason.name === '') this.#tell(reason, this.#engine.observers.ask(CONNECTIONS) ? this.#newcomer(wire, known) : undefined);\n",
    test: admission('R45 who is refused at once is told of once'),
  },
  {
    name: 'a refusal that is told never: the peer goes while its verdict is awaited',
    file: 'engine/admission-life.ts',
    text: "full: { to: 'refused', call: 'turnOut' },\n    stop: { to: 'refused', call: 'turnOut' },\n    cut: 'ignore',\n    closed: { to: 'gone', call: 'lose' },",
    instead:
      "full: { to: 'refused', call: 'turnOut' },\n    stop: { to: 'refused', call: 'turnOut' },\n    cut: 'ignore',\n    closed: { to: 'gone', call: 'bury' },",
    test: admission('R48 a promise that never settles holds no slot once the peer has gone'),
  },
  {
    name: 'a leaked slot: a factory further in promises a verdict that never comes',
    file: 'policies/guarded.ts',
    text: "  signal.addEventListener('abort', drop);\n",
    instead: '',
    test: admission('R48 a promise that never settles holds no slot once its time is up'),
  },
  {
    name: 'a port that stops and leaves those whose verdict is awaited',
    file: 'engine/admission.ts',
    text: '    for (const one of this.#undecided) one.stop(reason);\n',
    instead: '',
    test: admission('R48 a port that stops refuses whoever waits, in the same turn'),
  },
  {
    name: 'a protocol that is built for a port that has stopped',
    file: 'engine/admission.ts',
    text: 'return admits && this.#terms.tls === undefined && this.#stopped === undefined;',
    instead: 'return admits && this.#terms.tls === undefined;',
    test: admission('R48 an admit that stops the port is followed by no buildProtocol'),
  },
  {
    name: 'a wire that is read while its verdict is awaited',
    file: 'engine/undecided.ts',
    text: '    this.wire.pause();\n',
    instead: '',
    test: admission('R48 a verdict may come later: until then nothing is read'),
  },
  {
    name: 'an off-by-one limit: one more waits than may',
    file: 'engine/admission.ts',
    text: 'this.#waiting >= maxWaiting',
    instead: 'this.#waiting > maxWaiting',
    test: admission('R48 maxWaiting is exact'),
  },
];
