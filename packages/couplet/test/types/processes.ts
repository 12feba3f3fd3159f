// What spawnProcess and exec endpoints infer and refuse. Compiled, never run.
import type { ProcessDone, ProcessTransport } from 'couplet';
import { ClientFactory, connect, ProcessProtocol, ProcessTerminated, Protocol, reactor } from 'couplet';
import { ProcessEndpoint } from 'couplet/endpoints';
import type { Command } from 'couplet/sim';
import { exactly } from './exactly.ts';

class Echo extends Protocol {}

class Counter extends ProcessProtocol {
  count = 0;
  override outReceived(data: Buffer): void {
    this.count += data.length;
  }
  override async processEnded(reason: Error): Promise<void> {
    exactly<ProcessTransport>()(this.transport);
    if (reason instanceof ProcessTerminated) exactly<number | undefined>()(reason.exitCode);
  }
}

export async function inferred(): Promise<void> {
  exactly<ProcessTransport>()(reactor.spawnProcess(new Counter(), 'wc'));
  const transport = reactor.spawnProcess(new Counter(), 'wc', ['-l'], { env: { LANG: 'C' }, pipeTimeoutMs: 100 });
  exactly<number | undefined>()(transport.pid);
  exactly<boolean>()(transport.signalProcess('SIGTERM'));
  exactly<boolean>()(await transport.drained());
  exactly<Echo>()(await connect(new ProcessEndpoint(reactor, 'cat'), new Echo()));
  exactly<Echo>()(await connect('exec:cat', new Echo()));
  exactly<Echo>()(await reactor.connectProcess('cat', [], ClientFactory.forProtocol(Echo)).whenConnected());
}

export function refused(transport: ProcessTransport, done: ProcessDone): void {
  // @ts-expect-error an instance, not the class
  reactor.spawnProcess(Counter, 'wc');
  // @ts-expect-error a protocol of connections does not serve a process
  reactor.spawnProcess(new Echo(), 'wc');
  // @ts-expect-error a protocol of processes does not serve a connection
  void connect('exec:cat', new Counter());
  // @ts-expect-error the arguments are an array
  reactor.spawnProcess(new Counter(), 'wc', '-l');
  // @ts-expect-error there is no shell
  reactor.spawnProcess(new Counter(), 'wc', [], { shell: true });
  // @ts-expect-error a variable of the environment is a string
  reactor.spawnProcess(new Counter(), 'wc', [], { env: { LINES: 24 } });
  // @ts-expect-error killTimeoutMs is for a process whose connection is gone
  reactor.spawnProcess(new Counter(), 'wc', [], { killTimeoutMs: 5 });
  // @ts-expect-error a process that is a connection cannot be detached
  new ProcessEndpoint(reactor, 'cat', [], { detached: true });
  // @ts-expect-error a signal has a name
  transport.signalProcess(15);
  // @ts-expect-error the id is given by the system
  transport.pid = 7;
  // @ts-expect-error it has an exit code only if it was not 0
  done.exitCode;
}

/** Returns what it does not have. */
export class Wrong extends ProcessProtocol {
  // @ts-expect-error a callback returns nothing, or a promise
  override outReceived(data: Buffer): number {
    return data.length;
  }
}

export const succeeding: Command = async ({ stdin, stdout }) => {
  for await (const chunk of stdin) await stdout.write(chunk);
};
export const failing: Command = () => 3;
// @ts-expect-error an exit code is a number
export const wrong: Command = () => 'failed';
