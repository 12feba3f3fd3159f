import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { SpawnOptions } from 'couplet';
import { ConnectionDone, connect, open, ProcessDone, ProcessTerminated, Protocol, Reactor, SpawnError } from 'couplet';
import { ProcessActor, type ProcessPart } from 'couplet-conformance';
import { FULL } from 'couplet-test/full';
import { backendHere } from '../here.ts';

/** How many processes are started in turn. */
const MANY = FULL ? 1000 : 40;

/** A reactor that runs while a scene is played; nothing may be left of it. */
async function play(scene: (reactor: Reactor) => Promise<void>): Promise<void> {
  const already = descriptors();
  const reactor = new Reactor(backendHere());
  const running = reactor.run({ signals: false });
  try {
    await scene(reactor);
  } finally {
    if (reactor.running) reactor.stop();
    await running;
  }
  assert.deepEqual(children(), [], 'no child is left, not even a zombie');
  assert.ok(descriptors() <= already, `there are ${descriptors()} descriptors, and there were ${already}`);
}

/** How many descriptors this process has. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The children of this process, with their state: Z for a zombie. */
function children(): string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const status = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, 'utf8') : '';
      const [, command, state, parent] = /^\d+ (\(.*\)) (\w) (\d+)/s.exec(status) ?? [];
      return Number(parent) === process.pid ? [`${command} ${state}`] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

function spawn(reactor: Reactor, script: string, part: ProcessPart = {}, options: SpawnOptions = {}): ProcessActor {
  const actor = new ProcessActor(part);
  reactor.spawnProcess(actor, 'sh', ['-c', script], options);
  return actor;
}

/** How many bytes a process has written. */
function writtenBy(pid: number | undefined): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Receives an echo. */
class Asking extends Protocol {
  heard = '';
  readonly lost: Promise<Error>;
  #lose: (reason: Error) => void = () => {};

  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  override connectionMade(): void {
    this.transport.write('how do you do');
  }

  override dataReceived(data: Buffer): void {
    this.heard += data.toString();
    if (this.heard === 'how do you do') this.transport.loseConnection();
  }

  override connectionLost(reason: Error): void {
    this.#lose(reason);
  }
}

describe('R56 real processes', { skip: process.platform !== 'linux', timeout: 120_000 }, () => {
  // Meanwhile the runtime opens the report on these tests.
  before(() => promisify(execFile)('true'));

  test(`${MANY} in turn: nothing is lost, no zombie, no descriptor`, async () => {
    await play(async (reactor) => {
      for (let count = 0; count < MANY; count += 1) {
        const actor = new ProcessActor();
        const transport = reactor.spawnProcess(actor, 'cat', []);
        transport.write(`poem ${count}`);
        transport.closeStdin();
        assert.ok((await actor.ended()) instanceof ProcessDone);
        assert.equal(actor.output.toString(), `poem ${count}`);
        assert.deepEqual(actor.faults, []);
      }
      assert.deepEqual(children(), []);
    });
  });

  test('many at once', async () => {
    await play(async (reactor) => {
      const actors = Array.from({ length: 20 }, (_, count) =>
        spawn(reactor, `head -c ${count}00000 /dev/zero; exit ${count}`),
      );
      for (const [count, actor] of actors.entries()) {
        const reason = await actor.ended();
        assert.equal(actor.output.length, count * 100_000);
        assert.equal(reason instanceof ProcessTerminated ? reason.exitCode : 0, count);
      }
    });
  });

  test('a process that floods is held by its pipe while its protocol pauses', async () => {
    await play(async (reactor) => {
      const actor = spawn(reactor, 'exec yes', { out: ({ transport }) => transport.pauseProducing() });
      await actor.when(() => actor.log.includes('out'));
      const { pid } = actor.transport;
      let before = -1;
      while (before !== writtenBy(pid)) {
        before = writtenBy(pid);
        await reactor.sleep(100);
      }
      assert.ok(before < 2_000_000, `it has written ${before} bytes`);
      actor.transport.signalProcess('SIGKILL');
      await actor.when(() => actor.exit !== undefined);
      actor.transport.resumeProducing();
      // It pauses again at each chunk.
      actor.transport.loseConnection();
      await actor.ended();
    });
  });

  test('the pipe of a standard input that is closed is no descriptor any more, while the process lives', async () => {
    await play(async (reactor) => {
      const actor = spawn(reactor, 'exec sleep 60');
      await actor.when(() => actor.log.length > 0);
      const open = descriptors();
      actor.transport.closeStdin();
      await actor.when(() => actor.log.includes('in lost'));
      assert.equal(descriptors(), open - 1);
      actor.transport.loseConnection();
      await actor.when(() => actor.log.includes('err lost') && actor.log.includes('out lost'));
      assert.equal(descriptors(), open - 3);
      assert.equal(actor.exit, undefined);
      actor.transport.signalProcess('SIGINT');
      const reason = await actor.ended();
      assert.ok(reason instanceof ProcessTerminated);
      assert.deepEqual([reason.exitCode, reason.signal], [undefined, 'SIGINT']);
    });
  });

  test('has the folder and the environment that it is given, and no shell reads its arguments', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'couplet-')));
    await play(async (reactor) => {
      const { PATH = '' } = process.env;
      const env = { PATH, POEM: 'a couplet' };
      const actor = spawn(reactor, 'pwd; echo "$POEM|$HOME"', {}, { cwd: folder, env });
      await actor.ended();
      assert.equal(actor.output.toString(), `${folder}\na couplet|\n`);
      const plain = new ProcessActor();
      reactor.spawnProcess(plain, 'printf', ['%s', '$HOME; `id` *']);
      await plain.ended();
      assert.equal(plain.output.toString(), '$HOME; `id` *');
    });
    rmSync(folder, { recursive: true });
  });

  for (const [what, command, options, code] of [
    ['a command that does not exist', 'no-such-command', {}, 'ENOENT'],
    ['a file that cannot be executed', '/etc/passwd', {}, 'EACCES'],
    ['a folder that does not exist', 'cat', { cwd: '/no/such/folder' }, 'ENOENT'],
  ] as const)
    test(`${what} brings SpawnError with the code ${code}`, async () => {
      await play(async (reactor) => {
        const actor = new ProcessActor();
        reactor.spawnProcess(actor, command, [], options);
        const reason = await actor.ended();
        assert.ok(reason instanceof SpawnError);
        assert.match(reason.message, new RegExp(`^cannot start '${command}': `));
        assert.ok(typeof reason.cause === 'object' && reason.cause !== null && 'code' in reason.cause);
        assert.equal(reason.cause.code, code);
        assert.deepEqual(actor.log, ['ended']);
      });
    });

  test('every signal reaches a process, which reads on, and says itself how it ended', () =>
    play(async (reactor) => {
      const caught =
        'trap "c=caught" USR1; trap "exit 3" TERM; echo ready; while [ -z "$c" ]; do sleep 0.02; done; echo $c';
      const actor = spawn(reactor, `${caught}; read line; echo $line; while :; do sleep 0.02; done`);
      const says = (text: string): Promise<void> => actor.when(() => actor.output.toString().endsWith(text));
      await says('ready\n');
      assert.equal(actor.transport.signalProcess('SIGUSR1'), true);
      await says('caught\n');
      actor.transport.write('verse\n');
      await says('verse\n');
      assert.equal(actor.transport.signalProcess('SIGTERM'), true);
      const reason = await actor.ended();
      assert.ok(reason instanceof ProcessTerminated);
      assert.deepEqual([reason.exitCode, reason.signal], [3, undefined]);
    }));

  test('a signal that the system does not have is named', async () => {
    await play(async (reactor) => {
      const actor = spawn(reactor, 'exec sleep 60');
      await actor.when(() => actor.log.length > 0);
      assert.throws(() => actor.transport.signalProcess('TERM'), /^Error: 'TERM' is not a signal of this system/);
      assert.equal(actor.transport.signalProcess('SIGTERM'), true);
      await actor.ended();
    });
  });

  test('a detached process lives on when the reactor has ended', async () => {
    const reactor = new Reactor(backendHere());
    const running = reactor.run({ signals: false });
    const actor = new ProcessActor();
    reactor.spawnProcess(actor, 'sleep', ['60'], { detached: true });
    await actor.when(() => actor.log.length > 0);
    const { pid = 0 } = actor.transport;
    reactor.stop();
    await running;
    assert.equal(process.kill(pid, 0), true);
    process.kill(pid, 'SIGKILL');
    while (children().some((child) => !child.endsWith('Z'))) await new Promise(setImmediate);
    // The runtime takes it from the system in a turn of its own.
    while (children().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe('R56 exec: on real processes', { skip: process.platform !== 'linux', timeout: 60_000 }, () => {
  test('connect: exec:cat is an echo', async () => {
    await play(async (reactor) => {
      const protocol = await connect('exec:cat', new Asking(), { reactor });
      assert.ok((await protocol.lost) instanceof ConnectionDone);
      assert.equal(protocol.heard, 'how do you do');
    });
  });

  test('open: what is written comes back, changed by the command', async () => {
    await play(async (reactor) => {
      await using connection = await open("exec:sh -c 'tr a-z A-Z; echo done'", { reactor });
      await connection.write('two\nlines\n');
      connection.end();
      const lines: string[] = [];
      for await (const line of connection.lines({ delimiter: '\n' })) lines.push(line);
      assert.deepEqual(lines, ['TWO', 'LINES', 'done']);
    });
  });

  test('a command that does not exist rejects', async () => {
    await play(async (reactor) => {
      await assert.rejects(open('exec:no-such-command -l', { reactor }), {
        name: 'SpawnError',
        code: 'COUPLET_SPAWN',
        message: "cannot start 'no-such-command': no such file or directory",
      });
    });
  });

  test('TLS and PROXY headers fail, and leave no process', async () => {
    await play(async (reactor) => {
      await assert.rejects(open('exec:cat', { reactor, proxyHeader: 1 }), { name: 'ConnectError' });
    });
  });
});
