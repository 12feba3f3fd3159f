import type { Bug, Test } from './bug.ts';

const test = (file: string, name: string): Test => ({ file, name, runtime: 'native' });
const faults = test('native/faults.test.ts', 'no byte and no descriptor is lost');
const calls = test('native/endurance.test.ts', 'system calls return what they should');
const port = test('native/crowd.test.ts', 'R19 a server without descriptors rests');

/** The kernel's sockets: their calls, what is ready, wires, listeners and attempts. They are looked for on Node 26. */
export const NATIVE_BUGS: readonly Bug[] = [
  {
    name: 'a chunk that goes out again from its beginning when the kernel took a part',
    file: 'backends/native/kernel-wire.ts',
    text: 'this.#held = taken > 0 ? chunk.subarray(taken) : chunk;',
    instead: 'this.#held = taken > 0 ? chunk.subarray(0) : chunk;',
    test: faults,
  },
  {
    name: 'a kernel that has no room, which counts as a broken connection',
    file: 'backends/native/kernel-wire.ts',
    text: 'if (taken >= 0 || taken === -EAGAIN) {',
    instead: 'if (taken >= 0) {',
    test: faults,
  },
  {
    name: 'nothing to read, which counts as a broken connection',
    file: 'backends/native/kernel-wire.ts',
    text: 'if (result === -EAGAIN) return;',
    instead: 'if (result === -EAGAIN && this.#ended) return;',
    test: faults,
  },
  {
    name: 'a read that a signal interrupts, and that counts as failed',
    file: 'backends/native/system-calls.ts',
    text: 'LANDING));\n      if (count !== -EINTR) return count;',
    instead: 'LANDING));\n      if (count <= 0 || count !== -EINTR) return count;',
    test: faults,
  },
  {
    name: 'bytes that go out from where another buffer of that size was',
    file: 'backends/native/system-calls.ts',
    text: 'if (buffer === this.#far) return this.#farAt;',
    instead: 'if (buffer.byteLength === this.#far.byteLength) return this.#farAt;',
    test: calls,
  },
  {
    name: 'the value of an option that the kernel did not tell',
    file: 'backends/native/system-calls.ts',
    text: 'this.#lengthAt));\n    return result < 0 ? result : (this.#value[0] ?? 0);',
    instead: 'this.#lengthAt));\n    return result < -1000 ? result : (this.#value[0] ?? 0);',
    test: calls,
  },
  {
    name: 'memory of messages that is written again while a protocol has it',
    file: 'backends/native/landing.ts',
    text: 'this.#sharedAt = (start + count + 7) & ~7;',
    instead: 'this.#sharedAt = start & ~7;',
    test: faults,
  },
  {
    name: 'memory that is read into again while a protocol has it',
    file: 'backends/native/landing.ts',
    text: 'this.#bulkAt = (start + count + 7) & ~7;',
    instead: 'this.#bulkAt = start & ~7;',
    test: faults,
  },
  {
    name: 'what is ready, told to another socket that has its number',
    file: 'backends/native/readiness.ts',
    text: 'if (watched === undefined || watched.serial !== calls.serialAt(index)) continue;',
    instead: 'if (watched === undefined || calls.serialAt(index) === -1) continue;',
    test: test('native/readiness.test.ts', 'what is ready is not told to a socket'),
  },
  {
    name: 'an attempt that is given up, and leaves its socket open',
    file: 'backends/native/kernel-dial.ts',
    text: 'this.fd = NO_DESCRIPTOR;\n    calls.close(fd);',
    instead: 'this.fd = NO_DESCRIPTOR;\n    if (fd < 0) calls.close(fd);',
    test: faults,
  },
  {
    name: 'a connection that is closed, and keeps its process alive',
    file: 'backends/native/readiness.ts',
    text: 'if (this.#open === 0) this.#loop.stop();',
    instead: 'if (this.#open < 0) this.#loop.stop();',
    test: test('real/process.test.ts', 'R25 ends by itself when its last connection has closed'),
  },
  {
    name: 'a lack of descriptors, taken for a fault of the one connection',
    file: 'backends/native/kernel-listener.ts',
    text: 'else if (LASTING.has(-fd)) {',
    instead: 'else if (LASTING.has(fd)) {',
    test: port,
  },
  {
    name: 'a listener that never accepts again once there were no descriptors',
    file: 'backends/native/kernel-listener.ts',
    text: 'const result = readiness.wait(this, EPOLLIN);',
    instead: 'const result = readiness.wait(this, 0);',
    test: port,
  },
  {
    name: 'a descriptor that came with a message, was not taken, and stays open',
    file: 'backends/native/descriptors.ts',
    text: 'if (this.#received?.(fd) !== true) this.#calls.close(fd);',
    instead: 'if (this.#received?.(fd) === undefined) this.#calls.close(fd);',
    test: test('native/handed-over.test.ts', 'R67 those that nothing takes'),
  },
  {
    name: 'an abort of the kernel that sends FIN',
    file: 'backends/native/kernel-wire.ts',
    text: 'if (this.#isTcp) this.#kernel.calls.setOption(this.fd, SOL_SOCKET, SO_LINGER, 1, 0);',
    instead: 'if (!this.#isTcp) this.#kernel.calls.setOption(this.fd, SOL_SOCKET, SO_LINGER, 1, 0);',
    test: test('real/backend.test.ts', 'R6 the peer of an aborted connection sees a reset'),
  },
];
