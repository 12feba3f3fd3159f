import type { Bug } from './bug.ts';

/** Streams and descriptors that a reactor adopts. */
export const ADOPTED_BUGS: readonly Bug[] = [
  {
    name: 'a chunk that counts as sent before the adopted stream has called back',
    file: 'backends/node/duplex-wire.ts',
    text: 'else if (!stream.destroyed) stream.write(chunk, this.#written);\n    return false;',
    instead: 'else if (!stream.destroyed && stream.write(chunk, this.#written)) return true;\n    return true;',
    test: {
      file: 'real/adopted-streams.test.ts',
      name: 'R57 write is taken when the stream calls back, and not before',
    },
  },
  {
    name: 'an adopted stream without half-close whose input goes on after its output',
    file: 'backends/node/duplex-wire.ts',
    text: 'late = setTimeout(over, PARTING_MS);',
    instead: 'if (stream.destroyed) late = setTimeout(over, PARTING_MS);',
    test: { file: 'real/adopted-streams.test.ts', name: 'R57 a stream without half-close that never ends its input' },
  },
  {
    name: 'an adopted stream that is waited for though it does not tell of its close',
    file: 'backends/node/duplex-wire.ts',
    text: 'setImmediate(() => this.closed());',
    instead: '',
    test: { file: 'real/adopted-streams.test.ts', name: 'R57 a stream that tells nobody of its close' },
  },
  {
    name: 'an adopted stream that is destroyed, and counts as closed in order',
    file: 'backends/node/duplex-wire.ts',
    text: 'const inOrder = stream.writableFinished &&',
    instead: 'const inOrder = stream.destroyed ||',
    test: { file: 'real/adopted-streams.test.ts', name: 'R57 a stream that is destroyed without an error is lost' },
  },
  {
    name: 'an adopted stream whose failure ends the process while its factory starts',
    file: 'reactor/adoption.ts',
    text: "what.duplex.on('error', () => {});",
    instead: '',
    test: { file: 'real/adopted-streams.test.ts', name: 'R57 an error while the factory starts' },
  },
  {
    name: 'a handshake over an adopted stream of the same process whose end is missed',
    file: 'backends/tls/context.ts',
    text: 'stream.cork();\n  process.nextTick(() => stream.uncork());',
    instead: 'void stream;',
    test: { file: 'real/backend.test.ts', name: 'R57 an adopted stream turns to TLS' },
  },
  {
    name: 'an adopted descriptor of a listening socket that is taken for a connection',
    file: 'backends/node/adopt.ts',
    text: 'if (inet && socket.remoteAddress === undefined) {',
    instead: 'if (inet && socket.localAddress === undefined) {',
    test: { file: 'real/adopted-connections.test.ts', name: 'R57 what is no connection is named' },
  },
  {
    name: 'a stream that can be adopted twice',
    file: 'reactor/adoption.ts',
    text: 'if (TAKEN.has(duplex))',
    instead: 'if (TAKEN.has(duplex) && duplex.readableFlowing === true)',
    test: { file: 'sim/sim-backend.test.ts', name: 'R57 a stream that was adopted already is a TypeError' },
  },
  {
    name: 'a stream that something else reads, and is adopted',
    file: 'reactor/adoption.ts',
    text: 'if (duplex.readableFlowing === true)',
    instead: 'if (duplex.readableFlowing === true && duplex.readable !== true)',
    test: { file: 'sim/sim-backend.test.ts', name: 'R57 a stream that is flowing is a TypeError' },
  },
  {
    name: 'a stream to be adopted that stays open when its factory cannot start',
    file: 'reactor/adoption.ts',
    text: 'else if (!this.#used) this.adopt(',
    instead: 'else if (this.#used) this.adopt(',
    test: { file: 'sim/sim-backend.test.ts', name: 'R57 a factory that cannot start is the reason' },
  },
  {
    name: 'a factory that is in use for ever after its adopted stream',
    file: 'reactor/port.ts',
    text: '  lost(): void {\n    this.#outcome?.lost();',
    instead: '  lost(): void {',
    test: { file: 'sim/sim-backend.test.ts', name: 'R57 a Factory is in use until the connection is gone' },
  },
  {
    name: 'a refusal of an adopted stream that is never told',
    file: 'reactor/port.ts',
    text: 'this.#outcome?.refused(reason);',
    instead: '',
    test: { file: 'sim/sim-backend.test.ts', name: 'R57 a factory that refuses is the reason' },
  },
];
