import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that this run started: lines come out, lines go in. */
export class Program implements AsyncDisposable {
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly closed: Promise<unknown>;
  /** The end of what it wrote to standard error. */
  complaint = '';

  constructor(name: string, command: readonly string[]) {
    const [file = '', ...args] = command;
    this.name = name;
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    this.closed = once(child, 'close').catch((error: unknown) => {
      this.complaint += String(error);
    });
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-2000);
    });
    // The program may be gone before it reads its input; reading its output tells.
    child.stdin.on('error', () => {});
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The next line it prints. Throws what it complained of when it ends instead. */
  async line(): Promise<string> {
    const next = await this.lines.next();
    if (next.done !== true) return next.value;
    await this.closed;
    const { exitCode, signalCode } = this.child;
    const how = signalCode === null ? `ended with status ${exitCode}` : `ended by ${signalCode}`;
    throw new Error(`${this.name} ${how}: ${this.complaint.trim() || 'it said nothing'}`);
  }

  /** Gives it a line. */
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Ends it at once, and waits until it has gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
