import type { Reactor } from 'couplet';
import { Factory, open } from 'couplet';
import { Echo } from 'couplet/protocols';
import { simulate, type World } from 'couplet/sim';
import { type Inspector, type InspectorOptions, serveInspector } from 'couplet-inspector';
import { type Asked, TOKEN } from './ask.ts';

/** A host with an echo server that is inspected. */
export interface Scene extends Asked {
  readonly world: World;
  /** The reactor that is inspected. */
  readonly reactor: Reactor;
  readonly inspector: Inspector;
  /** The description of its echo server for clients of other hosts. */
  readonly echo: string;
}

/** Plays a scenario in a calm world, in which an inspector is served. */
export async function play(scenario: (scene: Scene) => Promise<void>, options: InspectorOptions = {}): Promise<void> {
  await simulate({ seeds: 2, profile: 'calm', twice: 1, allowErrors: true }, async (world) => {
    const host = world.host('server');
    const { reactor } = host;
    // In it there is no chance but that of the world.
    const inspector = await serveInspector(reactor, { token: TOKEN, ...options });
    await reactor.listenTCP(8007, Factory.forProtocol(Echo));
    const client = reactor.sibling();
    const echo = `tcp:${host.addresses[0]}:8007`;
    await scenario({ world, reactor, inspector, client, url: inspector.url, echo });
    await inspector.close();
  });
}

/** Connects from another host to the echo server, and waits for an answer. */
export async function visit({ world, echo }: Scene, text = 'hello'): Promise<Awaited<ReturnType<typeof open>>> {
  const connection = await open(echo, { reactor: world.host('visitor').reactor });
  await connection.write(text);
  await connection.readExactly(Buffer.byteLength(text));
  return connection;
}
