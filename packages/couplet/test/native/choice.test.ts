import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from './program.ts';

describe('where the kernel cannot be called', () => {
  const text = `
    import { NativeBackend } from 'couplet/native';
    const { name, unavailable } = new NativeBackend();
    console.log(name + ': ' + unavailable);`;

  test('by --permission, Node its sockets serve, and that is told', () => {
    const { lines } = run(text, {}, ['--permission', '--allow-fs-read=*']);
    assert.deepEqual(lines, ['node: --permission forbids node:ffi: --allow-ffi allows it']);
  });

  test('by --permission where sockets are forbidden, which Node would not see', () => {
    const { lines } = run(text, {}, ['--permission', '--allow-fs-read=*', '--allow-ffi', '--disable-warning=PERM0003']);
    assert.deepEqual(lines, ['node: --permission forbids sockets: --allow-net allows them']);
  });

  test('where node:ffi is switched off', () => {
    const { lines } = run(text, {}, ['--no-experimental-ffi']);
    assert.match(lines.join(), /^node: it needs node:ffi, .* without --no-experimental-ffi$/);
  });

  test('by two options of Node that together forbid what it needs, and by neither of them alone', () => {
    const { lines } = run(text, {}, ['--throw-deprecation', '--pending-deprecation']);
    assert.deepEqual(lines, [
      'node: --throw-deprecation and --pending-deprecation forbid process._tickCallback, by which each event is one of its own: one of them alone allows it',
    ]);
    assert.deepEqual(run(text, { NODE_PENDING_DEPRECATION: '1' }, ['--throw-deprecation']).lines, lines);
    assert.deepEqual(run(text, {}, ['--throw-deprecation']).lines, ['native: undefined']);
    assert.deepEqual(run(text, {}, ['--pending-deprecation']).lines, ['native: undefined']);
  });

  test('in a worker of node:cluster, which shares the port of another one', () => {
    const { lines, status } = run(`
      import cluster from 'node:cluster';
      const text = ${JSON.stringify(`
        import { Factory, Protocol, Reactor } from 'couplet';
        import { NativeBackend } from 'couplet/native';
        const backend = new NativeBackend();
        const reactor = new Reactor(backend);
        reactor.observe({ error() {} });
        const port = await reactor.listenTCP(0, Factory.forProtocol(Protocol), { interface: '127.0.0.1' });
        process.send([port.getHost().port, backend.unavailable]);`)};
      cluster.setupPrimary({ exec: '-', args: [], execArgv: [...process.execArgv.filter((word) => word !== text), '--eval', text] });
      const told = [];
      for (let count = 0; count < 2; count += 1)
        cluster.fork().on('message', (message) => {
          told.push(message);
          if (told.length < 2) return;
          console.log(told[0][0] === told[1][0], told[0][1]);
          for (const worker of Object.values(cluster.workers)) worker.process.kill();
        });`);
    assert.deepEqual(lines, ['true it needs a process that listens by itself, and this is a worker of node:cluster']);
    assert.equal(status, 0);
  });

  test('in a worker thread', () => {
    const { lines } = run(`
      import { Worker } from 'node:worker_threads';
      new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(text.replace("'couplet/native'", JSON.stringify(import.meta.resolve('couplet/native'))))})));`);
    assert.deepEqual(lines, ['node: it needs the main thread of the process, and this is a worker thread']);
  });

  test('the first port tells observers why, and later ones do not', () => {
    const { lines } = run(
      `
      import { Factory, Protocol, Reactor } from 'couplet';
      import { NativeBackend } from 'couplet/native';
      const reactor = new Reactor(new NativeBackend());
      reactor.observe({ error: ({ error }) => console.log(error.message) });
      for (let count = 0; count < 2; count += 1) {
        const port = await reactor.listenTCP(0, Factory.forProtocol(Protocol), { interface: '127.0.0.1' });
        await port.stopListening();
      }`,
      {},
      ['--permission', '--allow-fs-read=*', '--allow-net'],
    );
    assert.deepEqual(lines, [
      'the sockets are those of node:net: --permission forbids node:ffi: --allow-ffi allows it',
    ]);
  });
});

describe('COUPLET_BACKEND', () => {
  /** What a port of the reactor of the process is to Node. */
  const resources = (name: string): string[] =>
    run(
      `
      import { listen, Protocol } from 'couplet';
      const port = await listen('tcp:0:interface=127.0.0.1', () => new Protocol());
      console.log(process.getActiveResourcesInfo().includes('TCPServerWrap') ? 'node' : 'native');
      await port.stopListening();`,
      { COUPLET_BACKEND: name },
    ).lines;

  test('picks the sockets of the kernel, or those of Node', () => {
    assert.deepEqual(['native', 'node', ''].map(resources), [['native'], ['node'], ['node']]);
  });

  test('names no other backend', () => {
    const lines = resources('fast');
    assert.ok(lines.includes("Error: COUPLET_BACKEND is 'fast', not 'native' or 'node'"), String(lines));
  });
});
