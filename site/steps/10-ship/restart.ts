// A rolling restart in a simulated world: twelve clients ask their questions while one process leaves and another one takes its place.

import { Factory, open, type Protocol, Reactor } from 'couplet';
import type { World } from 'couplet/sim';

/** What a client has seen. */
export interface Story {
  readonly from: number;
  /** When it was connected; it was refused before. */
  connected: number;
  readonly asked: number[];
  readonly answered: number[];
  /** What it was not answered. */
  cut?: string;
}

/** When the first process begins to drain, and the second one to listen. */
export const [LEAVES_MS, COMES_MS] = [1500.5, 1700];
const QUESTIONS = ['spring', 'river'];

/** Plays it with that protocol, which answers a line by a line. Resolves to how the drain ended, when, and what the clients have seen. */
export async function restart(world: World, protocol: new () => Protocol) {
  const host = world.host('server');
  const first = await host.reactor.listenTCP(8007, Factory.forProtocol(protocol));
  const stories: Story[] = [];
  const clients = Array.from({ length: 12 }, (_, number) =>
    visit(world, number * 200 + world.dice.whole(0, 199), stories),
  );

  await world.sleep(LEAVES_MS);
  const drained = first.drain({ timeoutMs: 10_000 }).then((outcome) => ({ ...outcome, at: world.now }));
  await world.sleep(COMES_MS - LEAVES_MS);
  const next = new Reactor(host.spawn());
  const ended = next.run();
  await next.listenTCP(8007, Factory.forProtocol(protocol));

  await Promise.all(clients);
  next.stop();
  await ended;
  return { drained: await drained, stories };
}

/** A client: both questions at once, the second in two pieces, then it waits until the server leaves. */
async function visit(world: World, from: number, stories: Story[]) {
  const { reactor } = world.host('clients');
  await world.sleep(from);
  const story: Story = { from, connected: from, asked: [], answered: [] };
  stories.push(story);
  let connection = await open('tcp:server:8007', { reactor }).catch(() => undefined);
  while (connection === undefined) {
    await world.sleep(50);
    connection = await open('tcp:server:8007', { reactor }).catch(() => undefined);
  }
  story.connected = world.now;
  const [one = '', other = ''] = QUESTIONS;
  await connection.write(`${one}\r\n${other.slice(0, 2)}`);
  story.asked.push(world.now);
  await world.sleep(world.dice.whole(0, 500));
  await connection.write(`${other.slice(2)}\r\n`);
  story.asked.push(world.now);
  const lines = connection.lines();
  for (const question of QUESTIONS) {
    const { done } = await lines.next();
    if (done) story.cut ??= question;
    else story.answered.push(world.now);
  }
  if (story.connected < LEAVES_MS) await lines.next(); // until the server leaves
  connection.close();
}
