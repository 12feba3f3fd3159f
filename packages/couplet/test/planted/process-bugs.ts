import type { Bug } from './bug.ts';

const NODE = 'real/node-backend.test.ts';
const SIM = 'sim/sim-backend.test.ts';
const REAL = 'real/processes.test.ts';

/** Processes: their pipes, their ends, and connections to them. */
export const PROCESS_BUGS: readonly Bug[] = [
  {
    name: 'a process whose end is told before its output has ended',
    file: 'processes/process-life.ts',
    text: "exit: { to: 'exited', call: 'boundPipes' },",
    instead: "exit: { to: 'ending', call: 'conclude' },",
    test: { file: SIM, name: 'R56 a child that floods loses nothing' },
  },
  {
    name: 'a promise of a process that does not pause its error output',
    file: 'processes/pipes.ts',
    text: '      else output?.pauseProducing();',
    instead: '      else this.output.pauseProducing();',
    test: { file: 'processes/promises.test.ts', name: 'a promise pauses both outputs' },
  },
  {
    name: 'an end of output that does not wait for the promise of a callback of its process',
    file: 'processes/spawned-process.ts',
    text: 'if (this.#waits) this.#late.push',
    instead: 'if (this.#forced) this.#late.push',
    test: { file: 'processes/promises.test.ts', name: 'an end that comes while a promise is pending waits for it' },
  },
  {
    name: 'a process that ends while a promise is pending, and whose end is told at once',
    file: 'processes/spawned-process.ts',
    text: 'if (this.#waits || this.#late.length > 0) {',
    instead: 'if (this.#late.length > 0) {',
    test: { file: 'processes/promises.test.ts', name: 'processEnded waits for the promise of the last end' },
  },
  {
    name: 'a grandchild that keeps a pipe of a process, and is waited for',
    file: 'processes/pipes.ts',
    text: '    this.#leftMs = timeoutMs;',
    instead: '    this.#leftMs = timeoutMs * 100;',
    test: { file: SIM, name: 'R56 a grandchild that keeps the output' },
  },
  {
    name: 'output of a process that is cut off while its protocol pauses',
    file: 'processes/pipes.ts',
    text: 'if (!this.#reads || this.#open === 0',
    instead: 'if (this.#open === 0',
    test: { file: SIM, name: 'R56 what a child has written waits while its protocol pauses' },
  },
  {
    name: 'an error of a callback that leaves its process alive',
    file: 'processes/spawned-process.ts',
    text: '    if (!this.#forced) this.#reason = error;\n    this.kill();',
    instead: '    if (!this.#forced) this.#reason = error;',
    test: { file: SIM, name: 'R56 an error of a callback kills the child' },
  },
  {
    name: 'a process of which a reactor that ends forgets the SIGTERM',
    file: 'processes/subprocess.ts',
    text: "    this.#wanted = 'ended';\n    this.askToEnd();",
    instead: "    this.#wanted = 'ended';",
    test: { file: SIM, name: 'R56 the end of the reactor ends its children' },
  },
  {
    name: 'a process that ignores SIGTERM, and keeps its reactor from ending',
    file: 'processes/subprocess.ts',
    text: "    this.#wanted = 'gone';\n    this.kill();",
    instead: "    this.#wanted = 'gone';",
    test: { file: SIM, name: 'R56 a child that ignores SIGTERM gets SIGKILL' },
  },
  {
    name: 'a detached process that is ended with its reactor',
    file: 'processes/spawned-process.ts',
    text: 'if (this.#terms.detached) this.letGo();',
    instead: 'if (!this.runs) this.letGo();',
    test: { file: SIM, name: 'R56 a detached child gets no signal' },
  },
  {
    name: 'a process that was asked for before its reactor ended, and starts when it has',
    file: 'processes/subprocess.ts',
    text: "    if (this.#wanted !== 'alive') this.askToEnd();",
    instead: "    if (this.#wanted === 'gone') this.askToEnd();",
    test: { file: SIM, name: 'R56 a child that starts while the reactor ends' },
  },
  {
    name: 'what is written to a process before it runs is lost',
    file: 'processes/spawned-process.ts',
    text: "if (this.#life.state === 'starting') this.#early.push(call);",
    instead: "if (this.#life.state === 'ended') this.#early.push(call);",
    test: { file: SIM, name: 'R56 what is written to a child comes back' },
  },
  {
    name: 'a producer of a process that could not be started, and is not told to stop',
    file: 'processes/spawned-process.ts',
    text: 'for (const early of this.#early.splice(0)) early(undefined);',
    instead: 'this.#early.length = 0;',
    test: { file: SIM, name: 'R56 a child that cannot start' },
  },
  {
    name: 'a connection to a process that waits for ever for one which has closed its input',
    file: 'processes/exec-wire.ts',
    text: '    this.#inputOver = true;\n    if (this.#held) this.#takeMore();',
    instead: '    this.#inputOver = true;',
    test: { file: 'processes/exec-wire.test.ts', name: 'R56 what it holds is taken when the process closes its input' },
  },
  {
    name: 'a process that outlives its connection, and is left alone',
    file: 'processes/exec-process.ts',
    text: 'if (ms !== Number.POSITIVE_INFINITY) this.#killing',
    instead: 'if (ms === Number.POSITIVE_INFINITY) this.#killing',
    test: { file: SIM, name: 'R56 a child that outlives its connection' },
  },
  {
    name: 'a process that gets SIGTERM though it has ended its output in order, and is about to exit',
    file: 'processes/exec-process.ts',
    text: 'outputEnded ? this.#killTimeoutMs : this.#leftMs',
    instead: 'this.#leftMs * (outputEnded ? 0 : 1)',
    test: { file: 'processes/exec-process.test.ts', name: 'killTimeoutMs after the end of its output' },
  },
  {
    name: 'a process of an attempt that was cancelled, and lives on',
    file: 'processes/exec-process.ts',
    text: '    if (sink === undefined) wire.abort();',
    instead: '    if (sink === undefined) wire.pause();',
    test: { file: SIM, name: 'R56 an attempt that is cancelled leaves no child' },
  },
  {
    name: 'a paused pipe that the runtime lets flow when its process has ended',
    file: 'backends/node/spawn.ts',
    text: 'Object.assign(child, { stdio: [] });',
    instead: 'Object.assign(child, {});',
    test: { file: NODE, name: 'R56 what a child has written waits while its protocol pauses' },
  },
  {
    name: 'a shell that reads the arguments of a process',
    file: 'backends/node/spawn.ts',
    text: 'shell: false,',
    instead: 'shell: true,',
    test: { file: REAL, name: 'no shell reads its arguments' },
  },
  {
    name: 'a command in which a quote does not keep blanks',
    file: 'endpoints/words.ts',
    text: "|'[^']*'|",
    instead: "|'[^'\\\\s]*'|",
    test: { file: 'endpoints/words.test.ts', name: "grep 'two words'" },
  },
];
