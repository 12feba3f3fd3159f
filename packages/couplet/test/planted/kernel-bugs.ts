import type { Bug, Test } from './bug.ts';

const test = (name: string): Test => ({ file: 'engine/kernel.test.ts', name });

/** What only the system knows of a socket. */
export const KERNEL_BUGS: readonly Bug[] = [
  {
    name: 'credentials that are asked for again, and are unknown once the socket is gone',
    file: 'engine/ends.ts',
    text: '    if (credentials !== undefined) this.learn({ credentials });\n',
    instead: '',
    test: test('R65 the credentials are asked for once'),
  },
  {
    name: 'a look at all connections that asks the system for each',
    file: 'engine/shown.ts',
    text: '      ...this.viewOfEnds(this.home.origin),\n',
    instead: '      ...this.viewOfEnds(this.home.origin),\n      ...this.kernelFacts(),\n',
    test: test('R66 a look at all asks for nothing'),
  },
  {
    name: 'a descriptor that a protocol is told of after it has left',
    file: 'engine/calls.ts',
    text: '      if (!delivers(this.state)) return false;\n',
    instead: '',
    test: test('R67 are passed on to a protocol that takes them'),
  },
  {
    name: 'descriptors that a protocol without the method is to close',
    file: 'engine/calls.ts',
    text: '    if (this.protocol.fileDescriptorReceived === undefined) return;\n',
    instead: '',
    test: test('R67 are not asked for without the method'),
  },
  {
    name: 'a descriptor that is sent into a handshake of TLS',
    file: 'engine/life.ts',
    text: ' || this.output.upgrading) return undefined;',
    instead: ') return undefined;',
    test: test('R67 are sent while something can be written'),
  },
];
