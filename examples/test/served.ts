import { type Connection, type Factory, type ListeningPort, open, type PortOptions, type Reactor } from 'couplet';
import { type Profile, simulate, type World } from 'couplet/sim';
import { FULL } from 'couplet-test/full';

const PATIENCE_MS = 60_000;

/** A server of a simulated world. */
export interface Served {
  readonly world: World;
  readonly port: ListeningPort;
  /** Connects a new client, whose host has that name. With faults it gives up after a minute: the server may have lost its power. */
  dial(host?: string): Promise<Connection>;
}

/**
 * Plays a scenario with a server on a simulated network, in virtual time: once where nothing happens, or for each seed of a profile;
 * for more seeds where there is time. */
export async function served(
  newFactory: (reactor: Reactor, world: World) => Factory,
  scenario: (served: Served) => Promise<void>,
  { seeds = 1, profile = 'calm', ...options }: PortOptions & { seeds?: number; profile?: Profile } = {},
): Promise<void> {
  await simulate({ seeds: FULL ? 50 * seeds : seeds, profile }, async (world) => {
    const ports: ListeningPort[] = [];
    await world.host('server').run(async (reactor) => {
      ports.unshift(await reactor.listenTCP(8000, newFactory(reactor, world), options));
    });
    await scenario({
      world,
      get port() {
        const [port] = ports;
        if (port === undefined) throw new Error('the server has not started');
        return port;
      },
      dial: async (host = 'client') => {
        const connection = await open('tcp:server:8000', { reactor: world.host(host).reactor });
        if (profile !== 'calm') void world.sleep(PATIENCE_MS).then(() => connection.abort());
        return connection;
      },
    });
  });
}

/** What still comes on a connection, one character for a byte. */
export async function restOf(connection: Connection): Promise<string> {
  let text = '';
  for await (const chunk of connection) text += chunk.toString('latin1');
  return text;
}
