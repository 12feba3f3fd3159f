import type { Bug, Test } from './bug.ts';

const onRelay = (name: string): Test => ({ file: 'backends/deno/relay.test.ts', name });
const onDeno = (file: string, name: string): Test => ({ file, name, runtime: 'deno' });

/** The backend of Deno: its relay, of which any runtime can tell, and its children and listeners, which are looked for on Deno. */
export const DENO_BUGS: readonly Bug[] = [
  {
    name: 'a relay of Deno that passes on the rest of a chunk in a pause',
    file: 'backends/deno/relay.ts',
    text: 'while (this.#rest !== undefined && !this.#held && !this.#full) {',
    instead: 'while (this.#rest !== undefined && !this.#full) {',
    test: onRelay('R14 stops in the middle of a chunk when it is held'),
  },
  {
    name: 'a relay of Deno that takes the end of a chunk for the end of a record',
    file: 'backends/deno/relay.ts',
    text: 'if (this.#body === 0) this.#header = 0;',
    instead: 'this.#header = 0;',
    test: onRelay('R14 passes on one record at a time, of chunks of 306 bytes'),
  },
  {
    name: 'a relay of Deno that calls what it holds written',
    file: 'backends/deno/relay.ts',
    text: 'if (this.writableLength === 0 || this.destroyed) this.#tellAll();',
    instead: 'this.#tellAll();',
    test: onRelay('tells that what TLS has written is with the kernel, not before'),
  },
  {
    name: 'a server on Deno that rejects a handshake as if it ended in order',
    file: 'backends/deno/relay.ts',
    text: "this.#resets = role === 'server' &&",
    instead: "this.#resets = role === 'client' &&",
    test: onRelay('R37 a server that destroys TLS in the handshake'),
  },
  {
    name: "a stream of the program's own that Deno breaks after TLS",
    file: 'backends/deno/relay.ts',
    text: 'else if (this.#over && !(stream instanceof Socket))',
    instead: 'else if (this.#over && stream instanceof Socket)',
    test: onRelay('ends its stream when TLS is over'),
  },
  {
    name: 'a child on Deno that counts as ended by the first signal that it was sent',
    file: 'backends/deno/spawn.ts',
    text: 'Object.assign(child, { killed: false, signalCode: null });',
    instead: 'Object.assign(child, { killed: false });',
    test: onDeno('real/processes.test.ts', 'every signal reaches a process'),
  },
  {
    name: 'a port on Deno that does not accept again when descriptors are back',
    file: 'backends/deno/listening.ts',
    text: '  handle.readStart();\n',
    instead: '',
    test: onDeno('runtimes/deno.test.ts', 'lets clients over tcp wait'),
  },
];
