import { fileURLToPath } from 'node:url';
import type { Compiler } from './compiler.ts';
import type { Present } from './contender.ts';
import type { Cores } from './machine.ts';
import type { Pace } from './pace.ts';
import { Program } from './program.ts';
import type { Server, Stage, Window } from './row.ts';

const loads = fileURLToPath(new URL('../load/', import.meta.url));

/** No program outlives this. */
const mostSeconds = 900;

/** Where a stage measures, and how thoroughly. */
interface Manner {
  readonly cores: Cores | undefined;
  readonly pace: Pace;
}

/** The stage of one contender. Disposing of it ends what it started, the load before the server. */
export class Playhouse implements Stage, AsyncDisposable {
  readonly pace: Pace;
  private readonly contender: Present;
  private readonly compiler: Compiler;
  readonly cores: Cores | undefined;
  private readonly started = new AsyncDisposableStack();

  constructor(contender: Present, compiler: Compiler, { cores, pace }: Manner) {
    this.contender = contender;
    this.compiler = compiler;
    this.cores = cores;
    this.pace = pace;
  }

  get quick(): boolean {
    return this.pace.quick;
  }

  get servers(): number {
    return this.cores?.servers.length ?? 0;
  }

  private run(name: string, cores: readonly number[], command: readonly string[]): Program {
    if (this.started.disposed) throw new Error(`${name} would begin when the stage has ended`);
    const launch = this.compiler.compile(`${loads}launch.c`);
    return this.started.use(new Program(name, [launch, cores.join(','), String(mostSeconds), ...command]));
  }

  private act(name: string, program: string, args: readonly string[], cores = this.serverCore): Program {
    const command = this.contender.command(program);
    if (command === undefined) throw new Error(`${name} does not exist`);
    return this.run(name, cores, [...command, ...args]);
  }

  private get serverCore(): readonly number[] {
    return this.cores === undefined ? [] : [this.cores.server];
  }

  async start(program: string, ...args: string[]): Promise<Server> {
    return this.ready(program, this.act(`the server ${program}`, program, args));
  }

  async spread(program: string, ...args: string[]): Promise<Server> {
    return this.ready(program, this.act(`the server ${program}`, program, args, this.cores?.servers ?? []));
  }

  private async ready(program: string, running: Program): Promise<Server> {
    const port = Number(await running.line());
    if (!(port > 0)) throw new Error(`the server ${program} did not print its port first`);
    return { pid: running.pid, port, program: running };
  }

  async play(program: string, ...args: string[]): Promise<Readonly<Record<string, number>>> {
    return JSON.parse(await this.act(`the program ${program}`, program, args).line());
  }

  private begin(program: string, server: Server, options: Readonly<Record<string, number>>): Program {
    const given = Object.entries({ port: server.port, pid: server.pid, ...options });
    const args = given.map(([name, value]) => `${name}=${value}`);
    const core = this.cores === undefined ? [] : [this.cores.load];
    return this.run(`the load ${program}`, core, [this.compiler.compile(`${loads}${program}.c`), ...args]);
  }

  async load(program: string, server: Server, options: Readonly<Record<string, number>>): Promise<Window> {
    try {
      return JSON.parse(await this.begin(program, server, options).line()) as Window;
    } catch (error) {
      const { complaint } = server.program;
      throw complaint === '' ? error : new Error(`${String(error)}; the server said: ${complaint.trim()}`);
    }
  }

  hold(program: string, server: Server, options: Readonly<Record<string, number>> = {}): Program {
    return this.begin(program, server, options);
  }

  async apart<T>(act: (stage: Stage) => Promise<T>): Promise<T> {
    await using stage = new Playhouse(this.contender, this.compiler, this);
    return await act(stage);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.started.disposeAsync();
  }
}
