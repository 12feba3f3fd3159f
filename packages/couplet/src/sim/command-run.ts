import type { ProcessExit } from '../seam/processes.ts';
import type { Signal } from '../seam/surroundings.ts';
import { checkFunction, checkWhole } from '../values/checks.ts';
import { awaited } from '../values/thenable.ts';
import type { Command, CommandInput, CommandOutput, CommandProcess } from './command.ts';
import type { Schedule } from './schedule.ts';

/** The signals that do not end a process which does not catch them. */
const HARMLESS: ReadonlySet<Signal> = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGSTOP', 'SIGTSTP']);

/** Where standard input comes from. */
export interface CommandSource {
  read(taken: (chunk: Buffer | undefined) => void): void;
  hold(): () => void;
}

/** Where an output goes. */
export interface CommandTarget {
  write(data: Uint8Array | string, done: (written: boolean) => void): void;
  hold(): () => void;
}

/** The host of a process. */
interface CommandHost {
  readonly name: string;
  newPid(): number;
  /** The processes that run commands. */
  readonly commands: Set<{ vanish(): void }>;
}

/** The world of a process. */
interface CommandWorld {
  readonly schedule: Schedule;
  inside<T>(task: () => T): T;
  note(what: string): void;
}

/** What a process is started with. */
export interface CommandStart {
  readonly network: CommandWorld;
  readonly kernel: CommandHost;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin: CommandSource;
  readonly stdout: CommandTarget;
  readonly stderr: CommandTarget;
}

/** A process on a simulated host that runs a command, not a reactor. */
export class CommandRun implements CommandProcess {
  readonly pid: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin: CommandInput;
  readonly stdout: CommandOutput;
  readonly stderr: CommandOutput;
  readonly #start: CommandStart;
  readonly #ended: (exit: ProcessExit) => void;
  readonly #catchers: Map<Signal, () => void> = new Map();
  readonly #closes: readonly (() => void)[];
  #running = true;

  /** `ended` is called once, when it has ended and closed what it had. It runs from the next event on. */
  constructor(start: CommandStart, program: Command, ended: (exit: ProcessExit) => void) {
    const { network, kernel, command, args, env, cwd } = start;
    this.pid = kernel.newPid();
    this.command = command;
    this.args = args;
    this.env = env;
    this.cwd = cwd;
    this.#start = start;
    this.#ended = ended;
    const [closeInput, closeOutput, closeError] = [start.stdin.hold(), start.stdout.hold(), start.stderr.hold()];
    this.#closes = [closeInput, closeOutput, closeError];
    this.stdin = this.#inputOf(start.stdin, closeInput);
    this.stdout = this.#outputOf(start.stdout, closeOutput);
    this.stderr = this.#outputOf(start.stderr, closeError);
    kernel.commands.add(this);
    network.schedule.after(0, () => this.#inside(() => void this.#run(program)));
  }

  get running(): boolean {
    return this.#running;
  }

  // These work without their `this`.

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.#start.network.schedule.after(ms, () => this.#inside(resolve));
    });

  readonly catchSignal = (name: Signal, caught: () => void): void => {
    checkFunction('caught', caught, 'a function');
    this.#catchers.set(name, caught);
  };

  readonly exit = (exitCode = 0): void => {
    checkWhole('exitCode', exitCode, 0, 255);
    this.#end({ exitCode, signal: undefined });
  };

  readonly fork = (command: Command): number => {
    checkFunction('command', command, 'a function');
    return new CommandRun(this.#start, command, () => {}).pid;
  };

  // The world's side.

  /** Gets a signal. */
  receive(signal: Signal): void {
    if (!this.#running) return;
    const caught = signal === 'SIGKILL' ? undefined : this.#catchers.get(signal);
    if (caught !== undefined) this.#inside(caught);
    else if (!HARMLESS.has(signal)) this.#end({ exitCode: undefined, signal });
  }

  /** Its host has lost power. */
  vanish(): void {
    this.#running = false;
    this.#start.kernel.commands.delete(this);
  }

  async #run(program: Command): Promise<void> {
    try {
      const exitCode = await awaited(program(this));
      this.exit(exitCode ?? 0);
    } catch (error) {
      this.#note(`throws ${error}`);
      this.exit(1);
    }
  }

  #end(exit: ProcessExit): void {
    if (!this.#running) return;
    this.#note(exit.signal === undefined ? `exits with ${exit.exitCode}` : `is ended by ${exit.signal}`);
    this.#running = false;
    this.#start.kernel.commands.delete(this);
    for (const close of this.#closes) close();
    this.#ended(exit);
  }

  /** Runs code of the process, unless it has ended. */
  #inside(task: () => void): void {
    if (this.#running) this.#start.network.inside(task);
  }

  #note(what: string): void {
    this.#start.network.note(`${this.#start.kernel.name} ${this.command} (${this.pid}) ${what}`);
  }

  #inputOf(source: CommandSource, close: () => void): CommandInput {
    const read = (): Promise<Buffer | undefined> =>
      new Promise((resolve) => {
        source.read((chunk) => this.#inside(() => resolve(chunk)));
      });
    return {
      read,
      close,
      async *[Symbol.asyncIterator]() {
        for (let chunk = await read(); chunk !== undefined; chunk = await read()) yield chunk;
      },
    };
  }

  #outputOf(target: CommandTarget, close: () => void): CommandOutput {
    let open = true;
    return {
      write: (data) =>
        new Promise((resolve) => {
          if (open) target.write(data, (written) => this.#inside(() => resolve(written)));
          else resolve(false);
        }),
      close: () => {
        open = false;
        close();
      },
    };
  }
}
