import type { Bug, Test } from './bug.ts';

const ends = (name: string): Test => ({ file: 'connection/ends.test.ts', name });
const turns = (name: string): Test => ({ file: 'engine/engine.test.ts', name });
const rule = (name: string): Test => ({ file: 'sim/sim-backend.test.ts', name });

/** The engine: how long a turn lasts, what is waited for at the end, and what must not escape. */
export const TURN_BUGS: readonly Bug[] = [
  {
    name: 'a throw that leaves the depth of the run behind: the reactor is deaf',
    file: 'engine/engine.ts',
    text: 'run(task: () => void): void {\n    this.enter();\n    try {\n      task();\n    } finally {\n      this.leave();\n    }',
    instead: 'run(task: () => void): void {\n    this.enter();\n    task();\n    this.leave();',
    test: turns('R8 whatever a task throws, the run is over'),
  },
  {
    name: 'a turn that lasted too long takes the next one from another event',
    file: 'engine/engine.ts',
    text: 'this.turn += 1;\n      this.#exhausted = false;',
    instead: 'this.turn += 1;',
    test: turns('another event has all of its own turn'),
  },
  {
    name: 'code that writes on and on is never told that others wait',
    file: 'engine/engine.ts',
    text: 'return !this.#exhausted;',
    instead: 'return this.#asked < ASKED;',
    test: rule('R60 a writer that awaits connection.write, 100 times, leaves the loop'),
  },
  {
    name: 'a budget that is renewed with each flush',
    file: 'engine/output.ts',
    text: 'if (this.#turn !== turn) {',
    instead: 'if (this.size > 0 || this.#turn !== turn) {',
    test: rule('R60 a pull producer, 4 times, hands over at most 256 KiB'),
  },
  {
    name: 'a budget that is held back by what waits for TLS',
    file: 'engine/write-queue.ts',
    text: 'return this.budget <= 0 && this.#held === 0 && !this.#empty();',
    instead: 'return this.budget <= 0 && this.#held === 0 && this.size > 0;',
    test: { file: 'engine/write-queue-bounds.test.ts', name: 'is not overdrawn by what waits behind a bar' },
  },
  {
    name: 'bytes that grow after they were written are sent as they are then',
    file: 'bytes/chunk.ts',
    text: 'return grows ? data.subarray(0, data.length) : data;',
    instead: 'return grows ? data : data.subarray(0);',
    test: { file: 'engine/write-queue-bounds.test.ts', name: '10 bytes that grow are sent as they were' },
  },
  {
    name: 'frames that a receiver holds are lost with the wire',
    file: 'engine/life-cycle.ts',
    text: "halfClose: to('writing'),\n    broke: to('broken', 'wait'),\n    abort,\n    cut,\n    closed,\n    closedEarly: delivering,",
    instead:
      "halfClose: to('writing'),\n    broke: to('broken', 'wait'),\n    abort,\n    cut,\n    closed,\n    closedEarly: closed,",
    test: rule('R8a frames that wait behind a promise arrive before connectionLost'),
  },
  {
    name: 'an abort of this side that waits for a promise',
    file: 'engine/life-cycle.ts',
    text: 'closedEarly: closed,',
    instead: 'closedEarly: concluding,',
    test: ends('does not wait for an abort of this side that came before the end'),
  },
  {
    name: 'a protocol that paused and left is waited for as if it wanted more',
    file: 'engine/stream-transport.ts',
    text: 'const holds = this.paused && !this.disconnecting &&',
    instead: 'const holds = this.paused &&',
    test: ends('does not wait for a protocol that paused and left before the wire was gone'),
  },
  {
    name: 'a protocol that leaves while what had arrived is delivered is waited for',
    file: 'engine/life-cycle.ts',
    text: "lose: to('concluding', 'conclude'),",
    instead: "lose: to('concluding'),",
    test: ends('passes no line on behind a loseConnection'),
  },
  {
    name: 'a failed write that throws away what had arrived',
    file: 'engine/stream-transport.ts',
    text: "this.apply('broke');",
    instead: "this.apply('cut');",
    test: ends('takes nothing more, tells those who wait, and still delivers'),
  },
  {
    name: 'a connection that a second signal cuts seems to have ended in order',
    file: 'engine/life.ts',
    text: 'if (!left) this.reason ??=',
    instead: 'if (left) this.reason ??=',
    test: ends('is told who ended it'),
  },
  {
    name: 'a second signal that ends nothing',
    file: 'reactor/life.ts',
    text: "signal: { to: 'ending', call: 'cut' },",
    instead: "signal: 'ignore',",
    test: rule('R50 a second signal ends all at once'),
  },
  {
    name: 'a port that was asked for before the reactor stopped opens in its next run',
    file: 'reactor/ports.ts',
    text: 'this.#engine.stopping || this.#engine.epoch === epoch',
    instead: 'this.#engine.stopping || epoch !== undefined',
    test: { file: 'reactor/life.test.ts', name: 'asked for when running, whose name is found when running again' },
  },
  {
    name: 'a stop that makes half a production look complete',
    file: 'engine/life.ts',
    text: "this.apply(!left && this.flow !== undefined ? 'abort' : 'lose');",
    instead: "this.apply(left && this.flow !== undefined ? 'abort' : 'lose');",
    test: rule('R50 a connection that is in the middle of a production'),
  },
  {
    name: 'a bounded close that hands over as much at once as an open connection',
    file: 'engine/life.ts',
    text: 'return this.linger === undefined ? MOST : CLOSE_PORTION;',
    instead: 'return this.linger === undefined ? MOST : MOST;',
    test: rule('R50 a peer that takes a portion within each span gets everything'),
  },
  {
    name: 'a bounded close that gives a long chunk the time of a short one',
    file: 'engine/life.ts',
    text: 'Math.max(1, Math.ceil(this.output.held / CLOSE_PORTION))',
    instead: 'Math.min(1, Math.ceil(this.output.held / CLOSE_PORTION))',
    test: rule('R50 what the wire held before has the time of its portions'),
  },
  {
    name: 'a wire that throws leaves its connection open and deaf',
    file: 'engine/stream-transport.ts',
    text: "this.fail('flush', error);",
    instead: "if (this.state === 'gone') this.fail('flush', error);",
    test: { file: 'connection/misuse.test.ts', name: 'in resume ends that connection' },
  },
  {
    name: 'a startTLS that throws leaves its timer behind',
    file: 'engine/output.ts',
    text: 'handshake.unread = Buffer.concat([unread ?? EMPTY, held() ?? EMPTY]);\n    handshake.start(late);',
    instead: 'handshake.start(late);\n    handshake.unread = Buffer.concat([unread ?? EMPTY, held() ?? EMPTY]);',
    test: { file: 'connection/misuse.test.ts', name: 'for a takeUnread that throws' },
  },
  {
    name: 'what a then of another make returns rejects unheard',
    file: 'values/thenable.ts',
    text: 'if (chained instanceof Promise) then.call(chained, undefined, reject);',
    instead: 'if (chained instanceof Promise) then.call(chained, undefined);',
    test: { file: 'values/thenable.test.ts', name: 'a delayed call: a thenable whose then is async and throws' },
  },
  {
    name: 'a slot that is lost to an admit that returns nonsense',
    file: 'policies/guarded.ts',
    text: 'if (!(above instanceof Filter)) drop();',
    instead: "if (typeof above === 'object') drop();",
    test: rule('R8 an admit that returns 5 is reported'),
  },
];
