import type { ListeningPort } from 'couplet';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expectSame } from '../check.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { OneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';
import { clientTLS, serverTLS } from './tls.ts';

/** R3 with TLS that breaks after its handshake (RFC 8446, section 6.2). Empty if the backend under test has no TLS. */
export function brokenTLSChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  if (underTest.tls === undefined) return [];
  addBroken(suite);
  addPaused(suite);
  return suite.checks;
}

/** Long enough for what was sent to have arrived. */
const A_WHILE = 20;

type Side = 'server' | 'client';

/** What cannot be a record of this connection. */
const JUNK: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['a record that cannot be decrypted', Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)])],
  ['clear text', Buffer.from('GET / HTTP/1.0\r\n\r\n')],
];

/** A relay between a client and a server that passes everything on, and then sends bytes of its own. */
class Between {
  /** What this one is to the client, and to the server. */
  readonly down: Actor;
  readonly up: Actor;
  /** What the server says is kept back. */
  keeping = false;
  readonly #kept: Buffer[] = [];
  #early: Buffer[] | undefined = [];

  constructor(stage: Stage, port: ListeningPort) {
    this.up = new Actor({
      made: ({ transport }) => {
        for (const chunk of this.#early ?? []) transport.write(chunk);
        this.#early = undefined;
      },
      data: (_actor, chunk) => {
        if (this.keeping) this.#kept.push(chunk);
        else this.down.transport.write(chunk);
      },
    });
    this.down = new Actor({
      made: () => void stage.connect(port, new SingleClient(this.up)),
      data: (_actor, chunk) => {
        if (this.#early === undefined) this.up.transport.write(chunk);
        else this.#early.push(chunk);
      },
    });
  }

  /** Says something to one side, right behind what was kept back. */
  say(bytes: Buffer, to: Side): void {
    if (to === 'server') this.up.transport.write(bytes);
    else this.down.transport.write(Buffer.concat([...this.#kept, bytes]));
  }
}

interface Scene {
  readonly server: Actor;
  readonly client: Actor;
  readonly between: Between;
}

/** TLS between two actors through the relay, from the first byte on or by `startTLS`. Both have received what the other sent. */
async function scene(stage: Stage, way: 'port' | 'startTLS'): Promise<Scene> {
  const begun = way === 'startTLS';
  const server = new Actor({
    made: ({ transport }) => {
      if (begun) transport.startTLS(serverTLS(stage));
    },
    data: ({ transport }, chunk) => void transport.write(chunk),
  });
  const port = await stage.listen(new OneFactory(server), begun ? {} : { tls: serverTLS(stage) });
  const between = new Between(stage, port);
  const calling = new Actor({
    made: ({ transport }) => {
      if (begun) transport.startTLS(clientTLS(stage));
      transport.write('x');
    },
  });
  const entry = await stage.listen(new OneFactory(between.down));
  stage.connect(entry, new SingleClient(calling), begun ? {} : { tls: clientTLS(stage) });
  await calling.when(() => calling.received === 1);
  return { server, client: calling, between };
}

function addBroken(suite: Suite): void {
  for (const way of ['port', 'startTLS'] as const) {
    for (const [what, bytes] of JUNK) {
      for (const side of ['server', 'client'] as const) {
        suite.add(`R3 ${what} ends the TLS connection of a ${side} at once (${way})`, async (stage) => {
          const actors = await scene(stage, way);
          const broken = actors[side];
          actors.between.say(bytes, side);
          expectSame((await broken.lost()).name, 'ConnectionLost', 'the reason');
        });
      }
    }
  }
}

function addPaused(suite: Suite): void {
  suite.add('R14 what arrived while paused is delivered, though TLS breaks right behind it', async (stage) => {
    const { server, client, between } = await scene(stage, 'port');
    client.transport.pauseProducing();
    between.keeping = true;
    server.transport.write('last words');
    await stage.pass(A_WHILE);
    between.say(Buffer.from('GET / HTTP/1.0\r\n\r\n'), 'client');
    await stage.pass(A_WHILE);
    expectSame(client.reason, undefined, 'the reason while paused');
    client.transport.resumeProducing();
    expectSame((await client.lost()).name, 'ConnectionLost', 'the reason');
    expectSame(String(client.bytes), 'xlast words', 'what was heard');
  });
}
