import type { ConnectionOptions } from 'couplet';
import type { Actor } from './actor.ts';
import { expect } from './check.ts';
import { Source } from './source.ts';
import type { Stage } from './stage.ts';
import type { ValveBackend, ValveWire } from './valve.ts';

/** A server whose wire takes nothing, and the streaming producer that is registered with it. */
export interface BlockedServer {
  readonly server: Actor;
  readonly client: Actor;
  readonly wire: ValveWire;
  readonly source: Source;
}

/** Connects two actors; the wire of the server takes nothing until the check opens it. */
export async function dam(stage: Stage, valves: ValveBackend, options: ConnectionOptions = {}): Promise<BlockedServer> {
  const { server, client } = await stage.pair({}, {}, options);
  const [wire] = valves.accepted;
  expect(wire !== undefined, 'the backend accepted no wire for the server');
  wire.shut();
  const source = new Source(server);
  server.transport.registerProducer(source, true);
  return { server, client, wire, source };
}
