// What serve, open and the readers of a connection infer and refuse. Compiled, never run.
import type { Address, Clock, Connection, Handler, ListeningPort, Reactor } from 'couplet';
import { ConversationFactory, Factory, listen, open, serve } from 'couplet';
import { decoder } from 'couplet/framing';
import { limitConnections } from 'couplet/policies';
import { exactly } from './exactly.ts';

export async function reading(connection: Connection): Promise<void> {
  for await (const chunk of connection) exactly<Buffer>()(chunk);
  for await (const line of connection.lines()) exactly<string>()(line);
  for await (const line of connection.lines({ encoding: 'latin1', delimiter: '\n' })) exactly<string>()(line);
  for await (const line of connection.lines({ encoding: 'buffer', maxLength: 80 })) exactly<Buffer>()(line);
  for await (const string of connection.netstrings({ maxLength: 80 })) exactly<Buffer>()(string);
  for await (const string of connection.strings(4)) exactly<Buffer>()(string);
  const counted = decoder(function* (input) {
    return yield* input.uint8();
  });
  for await (const frame of connection.frames(counted)) exactly<number>()(frame);
  const { signal } = new AbortController();
  exactly<Buffer>()(await connection.readExactly(4, { maxLength: 4, signal }));
  exactly<Buffer>()(await connection.readUntil('\n'));
  exactly<Buffer>()(await connection.readUntil(new Uint8Array(1), { maxLength: 4 }));
  const result = await connection.lines().next();
  exactly<string | undefined>()(result.value);
  if (!result.done) exactly<string>()(result.value);
}

export async function writing(connection: Connection): Promise<void> {
  exactly<boolean>()(await connection.write('text'));
  exactly<boolean>()(await connection.write(new Uint8Array(1)));
  exactly<boolean>()(await connection.drained());
  exactly<Error>()(await connection.closed);
  exactly<void>()(connection.end());
  exactly<void>()(connection.close());
  exactly<void>()(connection.abort(new Error('bored')));
  exactly<Error>()(await connection.finish());
  exactly<AbortSignal>()(connection.peerEnded);
  exactly<Address>()(connection.getPeer());
  exactly<Address>()(connection.getHost());
  exactly<Clock>()(connection.clock);
}

export async function ends(reactor: Reactor, signal: AbortSignal): Promise<void> {
  await using port = await serve('tcp:0', async (connection) => exactly<Connection>()(connection), { reactor });
  exactly<ListeningPort>()(port);
  await serve('tcp:0', (connection) => void connection.write('bye'), { maxWriteBufferBytes: 65_536 });
  await using connection = await open('tcp:localhost:80', { reactor, signal, timeoutMs: 1000 });
  exactly<Connection>()(connection);
  const handler: Handler = async ({ closed }) => void (await closed);
  await serve('unix:/run/echo.sock', handler);
  exactly<Factory>()(limitConnections(new ConversationFactory(handler), { max: 1 }));
  await listen('tcp:0', new ConversationFactory(({ clock }) => void clock.now()));
}

export async function refused(connection: Connection): Promise<void> {
  // @ts-expect-error a handler, not a factory
  await serve('tcp:0', new Factory());
  // @ts-expect-error a handler takes one connection
  await serve('tcp:0', (one: Connection, other: Connection) => void [one, other]);
  // @ts-expect-error nobody would look at what it returns
  await serve('tcp:0', () => 5);
  // @ts-expect-error no such encoding
  connection.lines({ encoding: 'utf16le' });
  // @ts-expect-error a decoder, not a generator
  connection.frames(function* () {});
  // @ts-expect-error a number of bytes
  void connection.readExactly('4');
  // @ts-expect-error no such prefix
  connection.strings(3);
  // @ts-expect-error neither bytes nor text
  void connection.write(5);
  // @ts-expect-error a reason is an error
  connection.abort('bored');
}
