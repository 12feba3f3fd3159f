import type { Reactor } from 'couplet';
import { ConnectError, ConnectionClosed, open } from 'couplet';
import type { World } from 'couplet/sim';
import { Counted, MOST, serveAll } from '../world.ts';
import type { Scene } from './scene.ts';
import { expect } from './scene.ts';

const DAY_MS = 86_400_000;
type Visit = readonly [port: number, text: string];

/** The ports that echo what they are told, each in its own framing, with something to say there. */
const VISITS: readonly [Visit, ...Visit[]] = [
  [1, 'bulk without a frame'],
  [2, 'two lines\r\nthat rhyme\r\n'],
  [3, '4:four,0:,'],
  [4, '\0\u0005rhyme'],
  [6, 'a conversation'],
  [7, 'behind a limit'],
];

/** Says something and hears it again, or an error of a connection; a refusal is an answer, too. */
async function visit(world: World, reactor: Reactor): Promise<boolean> {
  const [port, text] = world.dice.pick(VISITS);
  try {
    const connection = await open(`tcp:server:${port}`, { reactor, timeoutMs: 10_000 });
    const deadline = reactor.callLater(60_000, () => connection.abort());
    let heard = '';
    await connection.write(text);
    for await (const chunk of connection) {
      heard += chunk.toString();
      if (heard === text || heard === 'full') break;
      expect(text.startsWith(heard) || 'full'.startsWith(heard), `heard ${JSON.stringify(heard)} on port ${port}`);
    }
    await connection.closed;
    if (deadline.active) deadline.cancel();
    return heard === text;
  } catch (error) {
    if (error instanceof ConnectError || error instanceof ConnectionClosed) return false;
    throw error;
  }
}

async function day(world: World): Promise<void> {
  const lives: Counted[] = [];
  await world.host('server').run((reactor) => {
    const counted = new Counted();
    lives.push(counted);
    return serveAll(reactor, counted);
  });
  let visits = 0;
  let good = 0;
  const spend = async (name: string): Promise<void> => {
    const { reactor } = world.host(name);
    while (world.now < DAY_MS) {
      if (await visit(world, reactor)) good += 1;
      visits += 1;
      await world.sleep(world.dice.between(0, 60_000));
    }
  };
  await Promise.all(['one', 'two', 'three'].map(spend));
  world.calm();
  await world.sleep(700_000);
  expect(good > visits / 4, `${good} of ${visits} visits went well`);
  for (const { most } of lives) expect(most <= MOST, `${most} connections behind a limit of ${MOST}`);
  expect(lives.at(-1)?.open === 0, `${lives.at(-1)?.open} connections are counted and not there`);
  expect(await visit(world, world.host('one').reactor), 'a visit in calm faultPlan goes wrong');
}

/** What takes long: few seeds of it are many happenings. */
export const DAY: Scene = {
  name: 'row 23 a day of mixed load',
  options: { profile: 'storm', faultPlan: { faultsMs: DAY_MS, everyMs: 120_000 }, patienceMs: 3_600_000 },
  play: day,
};
