import type { Bug, Test } from './bug.ts';

const rule = (name: string): Test => ({ file: 'sim/sim-backend.test.ts', name });
const slow = (name: string): Test => ({ file: 'engine/slow-callbacks.test.ts', name });
const turns = (name: string): Test => ({ file: 'engine/engine.test.ts', name });

/** What views show, and what observers are told. */
export const VIEW_BUGS: readonly Bug[] = [
  {
    name: 'bytes that the wire takes later are not counted as out',
    file: 'engine/write-queue.ts',
    text: 'this.bytesOut += this.#held;\n    this.#held = 0;',
    instead: 'this.#held = 0;',
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
    text: '    this.#toldMs += ms;\n',
    instead: '',
    test: slow('inside another is told alone'),
  },
  {
    name: 'each event has ten milliseconds of its own',
    file: 'engine/engine.ts',
    text: '    if (this.#depth === 0) {\n      this.turn += 1;\n',
    instead: '    if (this.#depth === 0) {\n      this.#since = undefined;\n      this.turn += 1;\n',
    test: turns('events that follow one another before the loop comes around count as one'),
  },
];
