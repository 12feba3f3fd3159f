import assert from 'node:assert/strict';
import { connect as connectNet } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { connect as connectTLS } from 'node:tls';
import { flagsOf, programOf } from 'couplet-test/runtime';
import { selfSigned } from '../certificate.ts';
import { ask, Client, Crowd } from '../real/client.ts';
import { COMMAND } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { talk } from '../real/talk.ts';
import { run } from '../run.ts';

const CLIENTS = 10;
/** Stands for the version of an application, and becomes the name of the backend on which it runs. */
const OWN = "' + reactor.inspect().runtime + '";
const before = "import { reactor } from 'couplet';";
/** Workers on the kernel's sockets. The supervisor is on the Node of this workspace, which cannot call the kernel, and says so in one line. */
const NATIVE = {
  more: ['--node-option', '--disable-warning=ExperimentalWarning'],
  environment: { COUPLET_BACKEND: 'native' },
  said: /^the port .*control\.sock: accept: Error: the sockets are those of node:net: it needs node:ffi, .*\n$/,
};
const ELSEWHERE = { more: [], environment: {}, said: /^$/ };
const LOST = { refused: 0, reset: 0, cut: 0 };

for (const name of ['bun', 'deno', 'native'] as const)
  describe(`coupletd with workers on ${name}`, { timeout: 400_000 }, () => {
    const { more, said, ...options } = name === 'native' ? NATIVE : ELSEWHERE;
    const runtime = ['--runtime', programOf(name === 'native' ? 'node' : name), ...more];
    const words = [...runtime, '--workers', '2', '--ready-timeout', '120'];

    test('hands its sockets down, replaces a killed worker, reloads and drains without a loss', async (t) => {
      const stage = new Stage(t, talk({ version: OWN, before }));
      const daemon = stage.run([...words, '--metrics', '0'], options);
      const port = await daemon.ready();
      const [pid, runs] = (await ask(port, 'who')).split(' ');
      assert.equal(runs, name);
      assert.ok(daemon.workers.includes(Number(pid)));

      const [killed = 0] = daemon.workers;
      process.kill(killed, 'SIGKILL');
      const { signal } = await daemon.event('worker.ended', { worker: killed });
      assert.equal(signal, 'SIGKILL');
      await daemon.event('worker.ready', {}, 3);
      const crowd = new Crowd(port, CLIENTS);
      await crowd.replies(CLIENTS);

      stage.write('app.js', talk({ version: `${OWN} two`, before }));
      daemon.signal('SIGHUP');
      await daemon.event('reload.done', { generation: 2 });
      await daemon.event('drain.done', { generation: 1, aborted: 0 });
      await crowd.replies(CLIENTS);
      const { whole, ...lost } = await crowd.stop();
      assert.deepEqual(lost, LOST);
      assert.ok(whole >= 2 * CLIENTS);
      assert.match(await ask(port, 'who'), new RegExp(` ${name} two$`));

      // What workers count comes by their heartbeats and at a scrape.
      const { metrics } = await daemon.event('daemon.ready');
      const page = await (await fetch(`http://${metrics}/metrics`)).text();
      assert.match(page, /^couplet_worker_restarts_total\{cause="killed"\} 1$/m);
      const [, accepted] =
        /^couplet_connections_accepted_total\{service="talk",listener="[^"]+"\} (\d+)$/m.exec(page) ?? [];
      assert.ok(Number(accepted) > CLIENTS, page);

      const busy = new Client(port, 'reply 20 50', 20_000);
      await busy.answered();
      daemon.signal('SIGTERM');
      assert.equal(await busy.closed, 'whole');
      const { status, errors } = await daemon.ended;
      assert.equal(status, 0);
      assert.match(errors, said);
      await daemon.event('drain.done', { closed: 1, aborted: 0 });
      // A line of a worker's own, with what its peer was.
      assert.ok(daemon.all('connection').every(({ peer }) => String(peer).startsWith('127.0.0.1:')));
    });

    test('ends a worker that hangs, and starts another one', async (t) => {
      const daemon = new Stage(t, talk({ version: OWN, before })).run([...runtime, '--worker-timeout', '5'], options);
      const port = await daemon.ready();
      const client = new Client(port, 'spin');
      await daemon.event('worker.hung');
      const { signal, reason } = await daemon.event('worker.ended');
      assert.ok(signal === 'SIGABRT' || signal === 'SIGKILL', String(signal));
      assert.match(String(reason), /^it did not answer for /);
      await client.closed;
      await daemon.event('worker.ready', {}, 2);
      assert.match(await ask(port, 'who'), new RegExp(` ${name}$`));
    });

    test('hands down UNIX sockets, and those that speak TLS', async (t) => {
      const stage = new Stage(t);
      const { cert, key } = await selfSigned('2090-01-01T00:00:00Z');
      const [certFile, keyFile] = [stage.write('cert.pem', cert), stage.write('key.pem', key)];
      const path = join(stage.folder, 'talk.sock');
      const secure = `new StreamServerService('secure', 'tls:0:interface=127.0.0.1:cert=${certFile}:key=${keyFile}', Factory.forProtocol(Talk)),`;
      stage.write('app.js', talk({ version: OWN, before, endpoint: `unix:${path}`, more: secure }));
      const daemon = stage.run(words, options);
      await daemon.event('daemon.ready');
      const { host } = await daemon.event('listening', { service: 'secure' });
      const port = Number(String(host).replace(/.*:/, ''));
      assert.match(await ask(() => connectNet(path), 'who'), new RegExp(` ${name}$`));
      const dial = (): ReturnType<typeof connectTLS> => connectTLS({ port, host: '127.0.0.1', ca: cert });
      assert.match(await ask(dial, 'who'), new RegExp(` ${name}$`));
      daemon.signal('SIGTERM');
      assert.equal((await daemon.ended).status, 0);
    });
  });

test('coupletd itself says that its supervisor needs Node, in one line', async (t) => {
  const stage = new Stage(t);
  for (const name of ['bun', 'deno'] as const) {
    const { status, errors } = await run([
      programOf(name),
      ...flagsOf(name),
      COMMAND.at(-1) ?? '',
      'run',
      join(stage.folder, 'app.js'),
    ]);
    assert.deepEqual(
      [status, errors],
      [78, 'coupletd: workers need a supervisor on Node: run coupletd with node, and say --runtime for its workers\n'],
    );
  }
});
