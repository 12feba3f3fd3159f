import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ProxyReader } from '../../src/haproxy/filter.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import type { Callbacks } from '../../src/protocol/protocol.ts';
import { FakeBackend } from '../fake-backend.ts';
import { originOf } from '../origin.ts';
import { Recorders } from '../policies/recorder.ts';
import { Visit } from '../policies/visit.ts';
import { OPTIONS, PROXY } from './gate.ts';

const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n';
const HEADER_MS = 2000;

/** A port behind proxies, as it takes wires. */
class Porch {
  readonly backend: FakeBackend = new FakeBackend();
  readonly engine: Engine = new Engine(this.backend);
  readonly recorders: Recorders = new Recorders();
  /** Who was refused, and why. */
  readonly refused: string[] = [];
  readonly #admission: Admission<Callbacks>;

  constructor() {
    const header = new ProxyReader({ ...OPTIONS, headerTimeoutMs: HEADER_MS });
    // Addresses are read for observers only.
    this.engine.observe({ connectionRefused: () => {} });
    this.#admission = new Admission<Callbacks>(
      this.engine,
      this.recorders,
      { bounds: boundsOf({}), header },
      originOf(this.engine),
      {
        building: () => {},
        seated: (connection) => void connection.start(),
        refused: (reason, one) => void this.refused.push(`${one?.peer.authority} ${reason.message}`),
        lost: () => {},
      },
    );
  }

  arrive(): Visit {
    const visit = new Visit(PROXY);
    visit.sink = this.#admission.begin(visit).sink;
    return visit;
  }
}

describe('a port behind proxies', () => {
  const ENDS: readonly [how: string, end: (visit: Visit, porch: Porch) => void, why: string][] = [
    ['sends something else', (visit) => visit.send('GET / HTTP/1.1'), 'like neither version 1 nor version 2'],
    ['ends its output', (visit) => visit.sink?.onEof(), 'the peer closed before it was whole'],
    ['is silent', (_visit, { backend }) => backend.advance(HEADER_MS), 'it is not whole after 2000 ms'],
    ['is gone', (visit) => visit.cut(), 'the connection ended before it was whole'],
  ];
  for (const [how, end, why] of ENDS) {
    test(`R38 holds nothing of a proxy that ${how} before the header is whole`, () => {
      const porch = new Porch();
      const visit = porch.arrive();
      visit.send(LINE.slice(0, 9));
      assert.equal(porch.engine.live.empty, false);
      end(visit, porch);
      visit.settle();
      assert.equal(porch.engine.live.empty, true);
      assert.equal(porch.backend.alarmAt, undefined);
      assert.equal(porch.refused.length, 1);
      assert.ok(porch.refused[0]?.startsWith('10.0.0.1:4000 PROXY header: ') && porch.refused[0].includes(why));
      assert.deepEqual(porch.recorders.made, []);
    });
  }

  test('R25 a reactor that stops closes a connection whose header is not whole', async () => {
    const porch = new Porch();
    const visit = porch.arrive();
    const quit = porch.engine.live.end(1000, 'the reactor stopped');
    assert.deepEqual(visit.calls, ['close']);
    visit.settle();
    await quit;
    assert.equal(porch.engine.live.empty, true);
  });

  test('R25 a connection whose header is whole is ended once, as itself', async () => {
    const porch = new Porch();
    const visit = porch.arrive();
    visit.send(`${LINE}hello`);
    assert.equal(porch.recorders.last.received, 'hello');
    porch.recorders.last.transport.write('what waits is unsent, so this is a reset');
    visit.answers.push(false);
    const quit = porch.engine.live.end(0, 'the reactor stopped');
    assert.deepEqual(
      visit.calls.filter((call) => call !== 'resume'),
      ['abort'],
    );
    visit.settle();
    await quit;
    assert.equal(porch.recorders.last.reason?.name, 'ConnectionAborted');
    assert.equal(porch.engine.live.empty, true);
  });
});
