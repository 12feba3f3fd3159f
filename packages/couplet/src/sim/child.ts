import { chunkOf } from '../bytes/chunk.ts';
import type { SocketName } from '../seam/address.ts';
import type { Child, ChildSink, ProcessExit, ProcessPlace, SpawnSink } from '../seam/processes.ts';
import type { Signal } from '../seam/surroundings.ts';
import type { Sink } from '../seam/wire.ts';
import { NO_DESCRIPTORS, NO_FILE } from './causes.ts';
import type { Command } from './command.ts';
import { InputEnd, OutputEnd } from './command-pipes.ts';
import { CommandRun, type CommandTarget } from './command-run.ts';
import type { Caller } from './handshake.ts';
import type { Owner } from './owner.ts';
import { Lane } from './route.ts';
import { SimSocket } from './socket.ts';
import { SimWire } from './wire.ts';

const NAME: SocketName = { family: 'PIPE' };

/** The process that starts others. */
export interface Parent extends Caller {
  /** Takes a line that a child writes to an error output which it has inherited. */
  complain(line: string): void;
  /** The children that run, and that it has not let go. */
  readonly children: Set<SimChild>;
}

/** A child of a simulated process, as its parent has it. Its pipes are sockets between the two, as they are on real systems. */
export class SimChild implements Child {
  readonly pid: number;
  readonly stdin: SimWire;
  readonly stdout: SimWire;
  readonly stderr: SimWire | undefined;
  readonly #parent: Parent;
  readonly #run: CommandRun;
  #sink: ChildSink | undefined;

  private constructor(parent: Parent, place: ProcessPlace, command: Command) {
    this.#parent = parent;
    const { network, kernel } = parent;
    const id = network.nextId();
    const [near, input] = this.#pipe(`in${id}`, (socket) => new InputEnd(socket));
    const [nearOutput, output] = this.#pipe(`out${id}`, (socket) => new OutputEnd(socket));
    const piped =
      place.standardError === 'wire' ? this.#pipe(`err${id}`, (socket) => new OutputEnd(socket)) : undefined;
    this.stdin = near;
    this.stdout = nearOutput;
    this.stderr = piped?.[0];
    for (const end of [input, output, piped?.[1]]) end?.begin();
    const start = {
      ...{ network, kernel, command: place.command, args: place.args, env: place.env ?? {}, cwd: place.cwd ?? '/' },
      ...{ stdin: input, stdout: output, stderr: piped?.[1] ?? inherited(parent) },
    };
    this.#run = new CommandRun(start, command, (exit) => this.#exited(exit));
    this.pid = this.#run.pid;
    parent.children.add(this);
  }

  /** Starts a command of the parent's host. */
  static spawn(parent: Parent, place: ProcessPlace, sink: SpawnSink): void {
    const { kernel } = parent;
    const command = kernel.programs.get(place.command);
    const pipes = place.standardError === 'wire' ? 3 : 2;
    parent.after(0, () => {
      if (command === undefined) sink.onFailed(NO_FILE);
      else if (parent.descriptors + pipes > kernel.descriptorLimit) sink.onFailed(NO_DESCRIPTORS);
      else {
        const child = new SimChild(parent, place, command);
        parent.note(`starts ${place.command} (${child.pid})`);
        child.#attach(sink.onStarted(child));
      }
    });
  }

  /** What a parent that still has it has, in words. */
  get name(): string {
    return `the process ${this.#run.command} (${this.pid})`;
  }

  signal(name: Signal): boolean {
    if (!/^SIG[A-Z0-9]+$/.test(name)) throw new Error(`'${name}' is not a signal of this system, such as 'SIGTERM'`);
    if (!this.#run.running) return false;
    this.#parent.after(0, () => this.#run.receive(name));
    return true;
  }

  release(): void {
    this.#sink = undefined;
    this.#parent.children.delete(this);
  }

  #attach(sink: ChildSink): void {
    this.#sink = sink;
    this.stdin.attach(withoutEnd(sink.stdin));
    this.stdout.attach(sink.stdout);
    if (sink.stderr !== undefined) this.stderr?.attach(sink.stderr);
  }

  #exited(exit: ProcessExit): void {
    this.#parent.after(0, () => {
      this.#parent.children.delete(this);
      this.#sink?.onExited(exit);
    });
  }

  /** Makes a pipe: the wire of the parent, and the end of the child. */
  #pipe<E>(name: string, endOf: (socket: SimSocket) => E): [near: SimWire, far: E] {
    const parent = this.#parent;
    const { network, kernel } = parent;
    const route = network.route(kernel, kernel);
    const owner: Owner<SimSocket> = {
      schedule: network.schedule,
      get powered(): boolean {
        return kernel.up;
      },
      after: (delayMs, task) => network.schedule.after(delayMs, () => network.inside(task)),
      forgo: () => {},
      forget: () => {},
      note: (what) => network.note(`${kernel.name}'s child ${what}`),
      fault: (what) => network.fault(`${kernel.name}'s child ${what}`),
    };
    const near = new SimSocket(parent, NAME, NAME, new Lane(route), name);
    const far = new SimSocket(owner, NAME, NAME, new Lane(route), name);
    near.far = far;
    far.far = near;
    parent.keep(near);
    return [new SimWire(parent, near), endOf(far)];
  }
}

/** That the child says nothing on its standard input is not an end. */
function withoutEnd(sink: Sink): Sink {
  return {
    onData: () => {},
    onEof: () => {},
    onWritable: () => sink.onWritable(),
    onWriteFailed: (cause) => sink.onWriteFailed(cause),
    onSecured: (tls) => sink.onSecured(tls),
    onClosed: (cause) => sink.onClosed(cause),
  };
}

/** The error output of the parent. */
function inherited(parent: Parent): CommandTarget {
  return {
    hold: () => () => {},
    write: (data, done) => {
      const lines = Buffer.from(chunkOf(data)).toString().split('\n');
      for (const line of lines) if (line !== '') parent.complain(line);
      done(true);
    },
  };
}
