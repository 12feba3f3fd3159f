import type { Bug, Test } from './bug.ts';

const test = (file: string, name: string): Test => ({ file, name, runtime: 'bun' });
const wire = (name: string): Test => test('backends/bun/native-wire.test.ts', name);
const conformance = (name: string): Test => test('real/backend.test.ts', name);

/** The backend of Bun: its wires, its listeners, its attempts and its children. They are looked for on Bun. */
export const BUN_BUGS: readonly Bug[] = [
  {
    name: 'a write that Bun refuses, and that counts as held',
    file: 'backends/bun/native-wire.ts',
    text: "    if (taken < 0) this.#take('refused', BROKEN_PIPE);\n    else this.#held",
    instead: "    if (taken < -1) this.#take('refused', BROKEN_PIPE);\n    else this.#held",
    test: wire('R14 a write that Bun refuses at once'),
  },
  {
    name: 'a chunk of which a part is sent twice, when Bun took it in parts',
    file: 'backends/bun/native-wire.ts',
    text: 'else if (taken < held.length) this.#held = held.subarray(taken);',
    instead: 'else if (taken < held.length) this.#held = held;',
    test: wire('R10 what the kernel does not take is sent'),
  },
  {
    name: 'an end of the peer that Bun tells as a close, after the end of this side, and that nobody hears of',
    file: 'backends/bun/native-wire.ts',
    text: 'else if (this.#ended && (this.#state ===',
    instead: 'else if (this.#closing && (this.#state ===',
    test: conformance('R14 with its own FIN sent, a paused protocol hears of the end'),
  },
  {
    name: 'a drain that Bun tells for nothing, and that is passed on',
    file: 'backends/bun/native-wire.ts',
    text: '    if (held === undefined) return;',
    instead: '    if (held === undefined) {\n      this.#sink?.onWritable();\n      return;\n    }',
    test: wire('R10 a drain that nobody waits for'),
  },
  {
    name: 'a close that Bun tells inside a call of this side, and that is passed on there',
    file: 'backends/bun/native-wire.ts',
    text: 'if (this.#closing) setImmediate(() => this.#over(error));',
    instead: 'if (this.#closing) this.#over(error);',
    test: wire('R3 Bun calls back inside abort'),
  },
  {
    name: 'what Bun has read though the wire was paused is thrown away',
    file: 'backends/bun/native-wire.ts',
    text: "else if (state === 'paused' || state === 'brokenPaused') this.#arrived",
    instead: "else if (state === 'brokenPaused') this.#arrived",
    test: conformance('R14 what arrived while paused is delivered before the reset \\(tcp'),
  },
  {
    name: 'bytes of TLS that came before startTLS, and are not handed to Bun',
    file: 'backends/bun/native-wire.ts',
    text: '...(initialData.length > 0 && { initialData })',
    instead: '...(initialData.length > 100_000 && { initialData })',
    test: conformance('R37 a ClientHello is read in order, wherever it is cut'),
  },
  {
    name: 'a paused wire of Bun whose handshake waits for the resume',
    file: 'backends/bun/native-wire.ts',
    text: "    if (this.#state === 'paused') this.#socket.resume();",
    instead: '',
    test: wire('R37 a paused socket is read for the handshake'),
  },
  {
    name: 'a wire of Bun that was paused, and is read once its handshake is done',
    file: 'backends/bun/native-wire.ts',
    text: "    if (this.#state === 'paused') secured.pause();",
    instead: '',
    test: wire('R37 a paused socket is read for the handshake'),
  },
  {
    name: 'a TLS connection on Bun that is closed without close_notify',
    file: 'backends/bun/native-wire.ts',
    text: 'if (this.#tls?.done === true && !this.#closed) this.#socket.shutdown();',
    instead: 'if (this.#tls?.done === false && !this.#closed) this.#socket.shutdown();',
    test: wire('R37 close_notify goes out'),
  },
  {
    name: 'a listener of Bun that goes on when its port has stopped',
    file: 'backends/bun/native-listener.ts',
    text: '    this.#listener?.stop();\n',
    instead: '',
    test: conformance('R17 once stopListening resolves the port can be had again'),
  },
  {
    name: 'a socket of Bun that comes after its attempt was cancelled, and stays open',
    file: 'backends/bun/native-dial.ts',
    text: '    if (this.#over) {\n      socket.terminate();\n',
    instead: '    if (this.#over) {\n',
    test: wire('R20 a socket that is connected after'),
  },
  {
    name: 'a full listener of a UNIX socket, which Bun takes for none',
    file: 'backends/bun/native-dial.ts',
    text: "if (outcome === 'EAGAIN') {",
    instead: "if (outcome === 'EINTR') {",
    test: test('real/unix-backlog.test.ts', 'R20 each client waits for its turn'),
  },
  {
    name: 'a socket file of a busy process, which Bun takes for a stale one',
    file: 'backends/bun/native-listener.ts',
    text: "return outcome === undefined || outcome === 'ECONNREFUSED'",
    instead: "return outcome === undefined || outcome === 'EAGAIN'",
    test: test('real/unix-busy.test.ts', 'R36 a socket whose process is too busy'),
  },
  {
    name: 'connections that take the last descriptors of Bun',
    file: 'backends/bun/spare.ts',
    text: 'return fd >= first;',
    instead: 'return fd >= first * 1000;',
    test: test('runtimes/requirements.test.ts', 'clients that are too many are closed'),
  },
  {
    name: 'a session of TLS that is kept, and never offered to Bun',
    file: 'backends/bun/native-handshake.ts',
    text: 'if (this.#session !== undefined) socket.setSession',
    instead: 'if (this.#session?.ticket.length === 0) socket.setSession',
    test: conformance('R37 a client comes back to its session'),
  },
  {
    name: 'a client on Bun that takes a certificate of another address',
    file: 'backends/bun/native-handshake.ts',
    text: 'return tls().checkServerIdentity(this.#serverName, certificate);',
    instead:
      'return isIP(this.#serverName) > 0 ? undefined : tls().checkServerIdentity(this.#serverName, certificate);',
    test: test('real/tls.test.ts', 'a server that cannot be verified is no server'),
  },
  {
    name: 'the far end of a pipe to a child, which Bun keeps open',
    file: 'backends/bun/native-spawn.ts',
    text: '  } finally {\n    close(pairs.map(([, fd]) => fd));\n  }',
    instead: '  } finally {\n    close([]);\n  }',
    test: test('backends/bun/bun.test.ts', 'R56 children leave no descriptors'),
  },
  {
    name: 'an inherited socket that is closed on Bun with its first port',
    file: 'backends/bun/inherited.ts',
    text: '    used.delete(fd);\n',
    instead: '    used.delete(fd);\n    giveUp(fd);\n',
    test: test('real/inherited.test.ts', 'R36 20 ports in turn serve everyone who comes by unix'),
  },
];
