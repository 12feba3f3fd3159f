import type { Bug } from './bug.ts';

/** UNIX sockets, and standard input and output. */
export const LOCAL_BUGS: readonly Bug[] = [
  {
    name: 'a port that leaves its socket file behind',
    file: 'backends/node/unix.ts',
    text: 'if (aside !== undefined) unlinkSync(aside);',
    instead: 'if (aside === path) unlinkSync(aside);',
    test: { file: 'real/unix.test.ts', name: 'R36 nothing is left when the port has stopped' },
  },
  {
    name: 'a port that removes what another one has put in the place of its socket',
    file: 'backends/node/unix.ts',
    text: 'found.dev === dev && found.ino === ino',
    instead: '(found.dev === dev || found.ino === ino)',
    test: { file: 'real/unix.test.ts', name: 'a file is not removed with the port' },
  },
  {
    name: 'a file that is no socket is taken for one, and replaced',
    file: 'backends/node/unix.ts',
    text: 'if (!found.isSocket())',
    instead: 'if (found.isDirectory())',
    test: { file: 'real/unix.test.ts', name: 'R36 a file stays, and is named' },
  },
  {
    name: 'a socket whose process is too busy is taken for stale, and replaced',
    file: 'backends/node/unix.ts',
    text: "error.code === 'ECONNREFUSED' || error.code === 'ENOENT'",
    instead: "error.code !== 'EACCES'",
    test: { file: 'real/unix-busy.test.ts', name: 'R36 a socket whose process is too busy to accept is not stale' },
  },
  {
    name: 'a relative path that is removed from where the process is now',
    file: 'backends/node/unix.ts',
    text: 'close(server, absolute, file)',
    instead: 'close(server, path, file)',
    test: { file: 'real/unix.test.ts', name: 'R36 may have a relative path, also when the process goes elsewhere' },
  },
  {
    name: 'standard input and output that can be taken twice',
    file: 'backends/node/stdio.ts',
    text: 'taken = true;',
    instead: 'taken = false;',
    test: { file: 'real/stdio.test.ts', name: 'R16 they can be taken once' },
  },
  {
    name: 'a cancelled attempt that takes standard input and output all the same',
    file: 'backends/node/stdio.ts',
    text: 'clearImmediate(waiting)',
    instead: 'waiting.unref()',
    test: { file: 'real/stdio.test.ts', name: 'R20 an attempt that is cancelled takes nothing' },
  },
  {
    name: 'the next file that is opened becomes standard input',
    file: 'backends/node/descriptor.ts',
    text: "openSync(devNull, 'r+');",
    instead: "closeSync(openSync(devNull, 'r+'));",
    test: { file: 'real/stdio.test.ts', name: 'R35 what is opened afterwards is neither standard input nor output' },
  },
  {
    name: 'the end of input that came while reading was paused is lost',
    file: 'backends/node/stdio-wire.ts',
    text: 'this.#input.resume();\n    if (this.#held)',
    instead: 'this.#input.resume();\n    if (this.#closed)',
    test: { file: 'real/stdio.test.ts', name: 'R14 the end of input that comes while a protocol pauses' },
  },
  {
    name: 'an end of output that no reader of the pipe sees',
    file: 'backends/node/stdio-wire.ts',
    text: '      release(this.#output, 1);\n      this.#closeIfOver',
    instead: '      this.#closeIfOver',
    test: { file: 'real/stdio.test.ts', name: 'R7 the end of output shows on a pipe while input goes on' },
  },
  {
    name: 'an abort that does not let go of the output: its reader waits while the process lives',
    file: 'backends/node/stdio-wire.ts',
    text: 'if (!this.#outputOver) release(this.#output, 1);',
    instead: 'if (this.#outputOver) release(this.#output, 1);',
    test: { file: 'real/stdio.test.ts', name: 'R6 who reads the output sees its end' },
  },
  {
    name: 'a port of standard input and output that never stops',
    file: 'backends/node/stdio-wire.ts',
    text: '    this.#goes();\n',
    instead: '    if (cause !== DONE) this.#goes();\n',
    test: { file: 'real/stdio.test.ts', name: 'R35 sockets: what is said is answered' },
  },
];
