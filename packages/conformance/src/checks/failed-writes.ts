import type { Actor, Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import { barePair } from '../bare-pair.ts';
import type { Check } from '../check.ts';
import { expectSame } from '../check.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';

/** R3, R8a, R14: what a peer said before it vanished is heard, also by those who write, or read late. */
export function failedWriteChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addBusy(suite, underTest);
  addPaused(suite);
  addPromises(suite);
  return suite.checks;
}

/** Long enough for what was sent to have arrived. */
const A_WHILE = 20;
const WORDS: readonly string[] = ['max number ', 'of clients ', 'reached'];

/** Hears the first word, and no other until told to. */
const curt: Part = {
  data: (actor) => {
    if (String(actor.bytes) === WORDS[0]) actor.transport.pauseProducing();
  },
};

/** Says that, in several pieces, and cuts the connection; resolves when the other side could know. */
async function sayAndCut(stage: Stage, actor: Actor): Promise<void> {
  for (const word of WORDS) {
    actor.transport.write(word);
    await stage.pass(A_WHILE);
  }
  actor.transport.abortConnection();
  await actor.lost();
  await stage.pass(A_WHILE);
}

/** Expects that all of it was heard and, where that can be told, that the connection did not end in order. */
async function expectHeard(actor: Actor, told: boolean): Promise<void> {
  const { name } = await actor.lost();
  expectSame(String(actor.bytes), WORDS.join(''), 'what was heard');
  if (told) expectSame(name, 'ConnectionLost', 'the reason');
  expectSame(actor.log, ['made', 'data', 'lost'], 'the log');
}

function addBusy(suite: AllSuites, underTest: BackendUnderTest): void {
  const links: readonly [link: Link, has: boolean][] = [
    ['tcp', true],
    ['unix', underTest.unixPath !== undefined],
    ['tls', underTest.tls !== undefined],
  ];
  for (const [link] of links.filter(([, has]) => has)) {
    suite.addBare(`R3 what had arrived is read after a write failed (${link})`, async (backend) => {
      const pass = (): Promise<void> =>
        new Promise((resolve) => {
          backend.clock.alarm(backend.clock.now() + A_WHILE, resolve);
        });
      const { server, client, close } = await barePair(backend, underTest, link);
      client.wire.pause();
      for (const word of WORDS) {
        server.wire.write(Buffer.from(word));
        await pass();
      }
      server.wire.abort();
      await pass();
      // The wire has not read yet when it writes.
      client.wire.resume();
      client.wire.write(Buffer.from('hello?'));
      await Promise.all([server.hears('closed'), client.hears('closed')]);
      await close();
      expectSame([client.text, client.log.includes('eof')], [WORDS.join(''), false], 'what was heard, and an end');
      if (link !== 'unix' && underTest.resets !== false)
        expectSame(client.cause?.kind, 'reset', 'the kind of the cause');
    });
  }
}

function addPaused(suite: AllSuites): void {
  suite.addEach('R14 what arrived while paused is delivered before the reset', async (stage, link) => {
    const { server, client } = await stage.pair({}, curt, {}, link);
    await sayAndCut(stage, server);
    expectSame(String(client.bytes), WORDS[0], 'what was heard before the pause');
    client.transport.resumeProducing();
    await expectHeard(client, stage.resets(link));
  });

  suite.addEach('R14 what arrived while paused is delivered though a write fails meanwhile', async (stage, link) => {
    const { server, client } = await stage.pair({}, curt, {}, link);
    await sayAndCut(stage, server);
    for (let written = 0; written < 3; written += 1) {
      client.transport.write('still there?');
      await stage.pass(A_WHILE);
    }
    expectSame(String(client.bytes), WORDS[0], 'what was heard before the pause');
    client.transport.resumeProducing();
    await expectHeard(client, true);
  });
}

function addPromises(suite: AllSuites): void {
  suite.addEach('R8a what arrived while a promise was pending is delivered before the reset', async (stage, link) => {
    const slow: Part = { data: () => stage.pass(5 * A_WHILE) };
    const { server, client } = await stage.pair({}, slow, {}, link);
    await sayAndCut(stage, server);
    await expectHeard(client, stage.resets(link));
  });
}
