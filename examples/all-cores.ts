// One server on all cores: `node:cluster` starts a process for each and distributes the connections. SIGHUP replaces the processes, one
// after the other, by new ones that run the program as it is on disk now: meanwhile no connection is refused, and none is cut.
// Try it, in several terminals: nc 127.0.0.1 8023; then kill -HUP and the number of the first process, and nc 127.0.0.1 8023 again

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Factory, Protocol, reactor } from 'couplet';

export class NumberedEcho extends Protocol {
  override connectionMade() {
    this.transport.write(`process ${process.pid}\n`);
  }

  override async dataReceived(data: Buffer) {
    this.transport.write(data);
    await this.transport.drained();
  }
}

/** One of the processes: an ordinary server, which ends when the first process asks for it and its last connection is gone. */
async function serve(number: number) {
  const port = await reactor.listenTCP(number, Factory.forProtocol(NumberedEcho), { interface: '127.0.0.1' });
  process.once('message', async () => {
    await port.drain({ timeoutMs: Number.POSITIVE_INFINITY }); // new connections now go to another process
    if (reactor.running) reactor.stop();
  });
  await reactor.run({ releaseIPC: true }); // the channel to the first process would keep this one alive
}

/** The first process: it starts the others, and has no connections of its own. */
async function start(processes: number) {
  let leaving = false;
  const begin = async () => {
    const worker = cluster.fork();
    worker.once('exit', (code) => {
      const at = workers.indexOf(worker);
      // A process that has crashed is replaced, at its place in the list.
      if (code !== 0 && !leaving && at >= 0) void begin().then((next) => workers.splice(at, 1, next), complain);
    });
    // A process that cannot listen says why, and ends.
    const [address] = await Promise.race([once(worker, 'listening'), once(worker, 'exit').then(() => [])]);
    if (address === undefined) throw new Error('a process ended before it listened');
    number = address.port;
    return worker;
  };
  const complain = (error: Error): undefined => {
    console.error(error.message);
  };
  let number: number | undefined;
  const workers: Worker[] = [];
  for (let count = 0; count < processes; count += 1) workers.push(await begin());
  process.on('SIGHUP', async () => {
    for (const old of [...workers]) {
      const next = await begin().catch(complain);
      if (next === undefined) return; // the old ones go on serving
      workers.splice(workers.indexOf(old), 1, next);
      old.send('leave');
    }
  });
  process.on('SIGINT', () => {
    leaving = true; // a terminal signals the others too
  });
  process.on('SIGTERM', () => {
    leaving = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  });
  console.log(`${processes} processes on 127.0.0.1:${number}; kill -HUP ${process.pid} replaces them`);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  if (cluster.isPrimary) await start(Number(process.argv[3] ?? availableParallelism()));
  else await serve(Number(process.argv[2] ?? 8023));
}
