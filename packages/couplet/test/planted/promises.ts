import type { Connection } from 'couplet';
import { open, serve } from 'couplet';
import type { World } from 'couplet/sim';
import type { Scene } from './scene.ts';
import { client, expect, expectQuiet, expectSame, scene, server, sizeFor } from './scene.ts';

/** Lines, then netstrings, then raw bytes: each reader begins where the one before has ended. */
async function readers(world: World): Promise<void> {
  const heard: string[] = [];
  const { dice } = world;
  const count = dice.whole(1, 20);
  await serve(
    'tcp:1',
    async (connection) => {
      const lines = connection.lines();
      for (let at = 0; at < count; at += 1) {
        heard.push(String((await lines.next()).value));
        if (dice.chance(0.2)) await world.sleep(dice.between(0, 50));
      }
      const netstrings = connection.netstrings();
      for (let at = 0; at < count; at += 1) heard.push(String((await netstrings.next()).value));
      heard.push(await all(connection));
      await connection.write(`${heard.length}`);
    },
    { reactor: server(world) },
  );
  const words = Array.from({ length: count }, (_, at) => 'rhyme '.repeat(at));
  const text = [...words.map((word) => `${word}\r\n`), ...words.map((word) => `${word.length}:${word},`), 'the rest'];
  const connection = await open('tcp:server:1', { reactor: client(world) });
  const bytes = Buffer.from(text.join(''));
  for (let at = 0; at < bytes.length; ) {
    const size = dice.whole(1, 30);
    await connection.write(bytes.subarray(at, at + size));
    at += size;
    if (dice.chance(0.2)) await world.sleep(1);
  }
  connection.end();
  expectSame(await all(connection), String(2 * count + 1), 'the answer');
  expectSame(heard, [...words, ...words, 'the rest'], 'what the readers got');
  expectSame((await connection.closed).name, 'ConnectionDone', 'the reason');
}

/** Everything that arrives. */
async function all(connection: Connection): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of connection) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Whoever awaits each write sends everything, to a reader that takes its time; and holds little meanwhile. */
async function writers(world: World): Promise<void> {
  const size = sizeFor(world, 400_000);
  await serve(
    'tcp:2',
    async (connection) => {
      for (let at = 0; at < size; at += 20_000) {
        const chunk = Buffer.alloc(Math.min(20_000, size - at), 'w');
        if (!(await connection.write(chunk))) return;
      }
      expect(await connection.drained(), 'there was no room in the end');
    },
    { reactor: server(world) },
  );
  const connection = await open('tcp:server:2', { reactor: client(world) });
  let length = 0;
  for await (const chunk of connection) {
    length += chunk.length;
    if (world.dice.chance(0.2)) await world.sleep(world.dice.between(0, 20));
  }
  expectSame(length, size, 'how much arrived');
  connection.close();
  await connection.closed;
}

/** Leaving a loop closes; a cut connection throws its reason; a program that fails aborts. */
async function ways(world: World): Promise<void> {
  const reasons: string[] = [];
  const served: Connection[] = [];
  await serve(
    'tcp:3',
    async (connection) => {
      served.push(connection);
      await connection.write('hello\r\n');
      try {
        for await (const line of connection.lines()) if (line === 'leave') break;
      } catch (error) {
        reasons.push(error instanceof Error ? error.name : String(error));
      }
    },
    { reactor: server(world) },
  );
  const callers = [];
  for (let at = 0; at < 3; at += 1) {
    const caller = await open('tcp:server:3', { reactor: client(world) });
    for await (const line of readLines(caller)) if (line === 'hello') break;
    callers.push(caller);
  }
  const [leaving, cutting, waiting] = callers;
  await leaving?.write('leave\r\n');
  expectSame((await served[0]?.closed)?.name, 'ConnectionDone', 'the end of a loop that was left');
  leaving?.close();
  cutting?.abort(new Error('cut'));
  expectSame((await cutting?.closed)?.message, 'cut', 'the reason of one that aborts');
  await world.until(() => reasons.length > 0, 10);
  expectSame(reasons, ['ConnectionLost'], 'what the loop of a cut connection throws');
  waiting?.close();
  await waiting?.closed;
  expectSame((await Promise.all(served.map(({ closed }) => closed))).length, 3, 'how many were served');
}

/** Lines, by `next()`: leaving this loop closes nothing. */
async function* readLines(connection: Connection): AsyncGenerator<string> {
  const lines = connection.lines();
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) yield next.value;
}

/** The promise face. */
export const promises: Scene = scene('promises', async (world) => {
  await Promise.all([readers, writers, ways].map((part) => part(world)));
  await expectQuiet(world, 'client', 'server');
});
