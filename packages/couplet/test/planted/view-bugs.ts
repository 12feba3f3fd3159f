import type { Bug, Test } from './bug.ts';

const rule = (name: string): Test => ({ file: 'sim/sim-backend.test.ts', name });
const slow = (name: string): Test => ({ file: 'engine/slow-callbacks.test.ts', name });
const recording = (name: string): Test => ({ file: 'engine/recording.test.ts', name });
const turns = (name: string): Test => ({ file: 'engine/engine.test.ts', name });

/** What views show, and what observers are told. */
export const VIEW_BUGS: readonly Bug[] = [
  {
    name: 'bytes that the wire takes later are not counted as out',
    file: 'engine/write-queue.ts',
    text: '    this.bytesOut += taken;\n',
    instead: '',
  },
  {
    name: 'a chunk that is dropped counts as read',
    file: 'engine/stream-transport.ts',
    text: 'if (!delivers(this.state)) return;\n    }\n    this.bytesIn',
    instead:
      'if (!delivers(this.state)) {\n        this.reads += 1;\n        return;\n      }\n    }\n    this.bytesIn',
  },
  {
    name: 'a connection is told twice as lost',
    file: 'engine/stream-transport.ts',
    text: 'if (this.#told()) this.engine.observers.connectionLost(this, reason, this.view());',
    instead:
      'for (const view of this.#told() ? [this.view(), this.view()] : []) this.engine.observers.connectionLost(this, reason, view);',
  },
  {
    name: 'a connection is told with the id of its port',
    file: 'engine/ends.ts',
    text: '      id: this.id,\n',
    instead: '      id,\n',
  },
  {
    name: 'a refused connection counts as made',
    file: 'engine/admission.ts',
    text: '    this.origin.tally.refused(reason);\n',
    instead: '    this.origin.tally.made();\n',
  },
  {
    name: 'the view of a group ends with its first connection',
    file: 'engine/live.ts',
    text: 'for (const member of this) yield* member.views();',
    instead: 'for (const member of this) {\n      yield* member.views();\n      return;\n    }',
  },
  {
    name: 'the most connections at a time are those that there ever were',
    file: 'engine/tally.ts',
    text: 'if (this.#open > this.#most) this.#most = this.#open;',
    instead: 'this.#most = this.#connected;',
  },
  {
    name: 'a refusal that is not counted at its port',
    file: 'engine/admission.ts',
    text: '    this.origin.tally.refused(reason);\n',
    instead: "    if (reason.name === '') this.origin.tally.refused(reason);\n",
    test: rule('R44 R45 every connection is counted once'),
  },
  {
    name: 'bytes of a connection that is gone are forgotten',
    file: 'engine/connections.ts',
    text: '    this.origin.tally.lost(connection);\n',
    instead: '    this.origin.tally.lost({ bytesIn: 0, bytesOut: connection.bytesOut });\n',
    test: rule('R44 R45 every connection is counted once'),
  },
  {
    name: 'a wire that waited gets another id with its protocol',
    file: 'engine/ends.ts',
    text: 'this.id = prelude.arrival?.id ?? engine.newId();',
    instead: 'this.id = engine.newId();',
    test: { file: 'engine/views.test.ts', name: 'R44 a connection keeps its id' },
  },
  {
    name: 'a callback around a slow one is slow as well',
    file: 'engine/stopwatch.ts',
    text: '      this.#toldMs += ms;\n',
    instead: '',
    test: slow('inside another is told alone'),
  },
  {
    name: 'a chunk that the wire takes later is told to no one',
    file: 'engine/stream-transport.ts',
    text: '    this.recorder?.passedOn(this.wire, this.id, taken);\n',
    instead: '    void taken;\n',
  },
  {
    name: 'a chunk that the wire holds is told as taken',
    file: 'engine/recorder.ts',
    text: '    if (taken) {\n',
    instead: '    if (taken || chunk.length > 0) {\n',
  },
  {
    name: 'observers are told amid a flush',
    file: 'engine/recorder.ts',
    text: "      this.#taken.push({ connection: this.#connection, direction: 'out', bytes: chunk.length, at: this.#now() });",
    instead:
      "      this.#observers.chunk({ connection: this.#connection, direction: 'out', bytes: chunk.length, at: 0 }, undefined);",
    test: recording('of which an observer writes more is sent once'),
  },
  {
    name: 'bytes are told that may be used again',
    file: 'engine/recorder.ts',
    text: '    const data = this.#wanted ? Buffer.from(chunk) : undefined;',
    instead: '    const data = this.#wanted ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : undefined;',
    test: recording('comes with a copy of its bytes'),
  },
  {
    name: 'the bytes of one connection are given to one that asked for those of another',
    file: 'engine/observers.ts',
    text: 'data !== undefined && bytesOf?.has(chunk.connection) === true ? data : undefined;',
    instead: 'bytesOf === undefined ? undefined : data;',
    test: recording('comes with a copy of its bytes'),
  },
  {
    name: 'bytes are told as the protocol has left them',
    file: 'engine/recorder.ts',
    text: '    const data = this.#observers.wantBytes(connection) ? Buffer.from(bytes) : undefined;',
    instead: '    const data = this.#observers.wantBytes(connection) ? bytes : undefined;',
    test: recording('comes with the bytes that the protocol got'),
  },
  {
    name: 'the pipes of a process are recorded as connections',
    file: 'engine/shown.ts',
    text: 'return recorder === undefined || this.home.untold === true ? undefined : recorder;',
    instead: 'return recorder;',
    test: recording('is told of no pipe'),
  },
  {
    name: 'recording goes on when nothing asks for it',
    file: 'engine/engine.ts',
    text: 'this.recorder = this.observers.chunks ? (this.recorder ?? new Recorder(now, this.observers)) : undefined;',
    instead: 'this.recorder ??= this.observers.chunks ? new Recorder(now, this.observers) : undefined;',
    test: recording('costs nothing again'),
  },
  {
    name: 'a recorded callback makes the one around it shorter',
    file: 'engine/stopwatch.ts',
    text: '    if (slow) {\n      this.#toldMs += ms;\n',
    instead: '    this.#toldMs += ms;\n    if (slow) {\n',
    test: slow('inside another lies in its time'),
  },
  {
    name: 'a recorded callback is told without the slow ones inside it',
    file: 'engine/stopwatch.ts',
    text: 'this.#observers.callback(call(lasted));',
    instead: 'this.#observers.callback(call(ms));',
    test: slow('inside another is told with its whole time'),
  },
  {
    name: 'every recorded callback is held against the loop',
    file: 'engine/stopwatch.ts',
    text: 'const slow = ms >= this.#observers.slowCallbackMs;',
    instead: 'const slow = this.#observers.callbacks || ms >= this.#observers.slowCallbackMs;',
    test: slow('is told once, however short it is'),
  },
  {
    name: 'a callback outside of a run is timed from the run before it',
    file: 'engine/stopwatch.ts',
    text: '    this.#fresh = false;\n  }\n',
    instead: '  }\n',
    test: slow('outside of a run begins when it does'),
  },
  {
    name: 'each event has ten milliseconds of its own',
    file: 'engine/engine.ts',
    text: '    if (this.#depth === 0) {\n      this.turn += 1;\n',
    instead: '    if (this.#depth === 0) {\n      this.#since = undefined;\n      this.turn += 1;\n',
    test: turns('events that follow one another before the loop comes around count as one'),
  },
];
