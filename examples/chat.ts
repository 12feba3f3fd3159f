// A chat: each client says a name, and gets what the others say. With `serve` one function is the whole life of a client, from
// its first line to its last.
// Try it, in several terminals: nc 127.0.0.1 8014

import { type Connection, reactor, serve } from 'couplet';

export class Room {
  readonly #members = new Map<Connection, string>();

  async welcome(connection: Connection) {
    const lines = connection.lines({ delimiter: '\n', maxLength: 500 });
    void connection.write('Who are you?\n');
    const { value } = await lines.next();
    const name = value?.trim();
    if (name === undefined || name === '') return; // returning hangs up
    void connection.write(`Hello, ${name}! Here: ${[...this.#members.values()].join(', ') || 'nobody else'}\n`);
    this.#tell(`${name} has come`);
    this.#members.set(connection, name);
    connection.draining.addEventListener('abort', () => {
      void connection.write('The room closes.\n');
      connection.close(); // the loop below ends
    });
    try {
      for await (const line of lines) this.#tell(`${name}: ${line.trimEnd()}`, connection);
    } finally {
      this.#members.delete(connection); // the loop ends, or throws, with the connection
      this.#tell(`${name} has left`);
    }
  }

  /** Sends a line to all members but one. It does not wait for slow ones: `maxWriteBufferBytes` bounds how far they can be behind. */
  #tell(text: string, speaker?: Connection) {
    for (const member of this.#members.keys()) if (member !== speaker) void member.write(`${text}\n`);
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const room = new Room();
  const port = await serve(
    `tcp:${process.argv[2] ?? 8014}:interface=127.0.0.1`,
    (connection) => room.welcome(connection),
    { maxWriteBufferBytes: 1_000_000 },
  );
  console.log(`Room on ${port.getHost().authority}`);
  await reactor.run({ drainTimeoutMs: 5000 });
}
