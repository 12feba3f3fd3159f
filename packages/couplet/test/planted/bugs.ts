import { ADMISSION_BUGS } from './admission-bugs.ts';
import { ADOPTED_BUGS } from './adopted-bugs.ts';
import { AUTHOR_BUGS } from './author-bugs.ts';
import type { Bug } from './bug.ts';
import { BUN_BUGS } from './bun-bugs.ts';
import { DENO_BUGS } from './deno-bugs.ts';
import { DRAIN_BUGS } from './drain-bugs.ts';
import { FACE_BUGS } from './face-bugs.ts';
import { KERNEL_BUGS } from './kernel-bugs.ts';
import { LEDGER_BUGS } from './ledger-bugs.ts';
import { LOCAL_BUGS } from './local-bugs.ts';
import { NATIVE_BUGS } from './native-bugs.ts';
import { PROCESS_BUGS } from './process-bugs.ts';
import { PROXY_BUGS } from './proxy-bugs.ts';
import { TLS_BUGS } from './tls-bugs.ts';
import { TURN_BUGS } from './turn-bugs.ts';
import { VIEW_BUGS } from './view-bugs.ts';

/** Every one has to be found. Types do not find any of them. */
export const BUGS: readonly Bug[] = [
  // The engine: what goes out.
  {
    name: 'a lost flush: what waits stays when the wire can take more',
    file: 'engine/stream-transport.ts',
    text: 'if (calm) return;',
    instead: 'if (calm || delivers(this.state)) return;',
  },
  {
    name: 'a FIN too early: before the wire has passed everything on',
    file: 'engine/stream-transport.ts',
    text: "if (sends(this.state) && this.output.idle) this.apply('sent');",
    instead: "if (sends(this.state)) this.apply('sent');",
  },
  {
    name: 'a FIN while a producer is still registered',
    file: 'engine/stream-transport.ts',
    text: "if (flow === undefined) {\n      if (sends(this.state) && this.output.idle) this.apply('sent');\n    } else if (flow.falls(size))",
    instead: "if (sends(this.state) && this.output.idle) this.apply('sent');\n    if (flow?.falls(size))",
  },
  {
    name: 'an abort that leaves the write queue: it is flushed afterwards',
    file: 'engine/life.ts',
    text: "case 'abort':\n        this.output.clear();",
    instead: "case 'abort':",
  },
  {
    name: 'a bound of the write queue that is 64 KiB too high',
    file: 'engine/stream-transport.ts',
    text: 'if (size > this.bounds.maxWriteBufferBytes) {',
    instead: 'if (size > this.bounds.maxWriteBufferBytes + HIGH_WATER) {',
  },
  {
    name: 'a shared slab that is used again while the wire holds it',
    file: 'engine/write-queue.ts',
    text: 'giveBack(this, left || (this.#held > 0 && !wire.copies));',
    instead: 'giveBack(this, left);',
  },
  {
    name: 'a large chunk whose first part is sent again and again',
    file: 'engine/write-queue.ts',
    text: 'this.#only = whole ? undefined : chunk.subarray(most);',
    instead: 'this.#only = whole ? undefined : chunk;',
  },
  {
    name: 'a counter that forgets what the wire has passed on',
    file: 'engine/write-queue.ts',
    text: '    this.size -= taken;\n',
    instead: '',
  },
  {
    name: 'text that is overtaken by the bytes written after it',
    file: 'engine/write-queue.ts',
    text: "if (this.#text !== '') this.#encode();\n      this.#put(data);",
    instead: 'this.#put(data);',
  },
  {
    name: 'work that is left after many rounds of one run, and forgotten',
    file: 'engine/engine.ts',
    text: 'this.postpone(one);\n          continue;',
    instead: 'continue;',
  },
  // The engine: how it ends.
  {
    name: 'connectionLost twice',
    file: 'engine/stream-transport.ts',
    text: "this.call('connectionLost', () => this.protocol.connectionLost(reason));",
    instead:
      "this.call('connectionLost', () => this.protocol.connectionLost(reason));\n    this.call('connectionLost', () => this.protocol.connectionLost(reason));",
  },
  {
    name: 'a producer that is not told that the connection is gone',
    file: 'engine/stream-transport.ts',
    text: "      this.flow = undefined;\n      this.call('stopProducing', () => flow.stop());",
    instead: '      this.flow = undefined;',
  },
  {
    name: 'the reason of an abort is lost',
    file: 'engine/life.ts',
    text: 'this.reason = reason;\n    this.apply',
    instead: 'this.reason = reason instanceof ConnectionAborted ? reason : undefined;\n    this.apply',
  },
  {
    name: 'a close that does not wait for the end of the peer, and cuts the answer',
    file: 'engine/life-cycle.ts',
    text: "sent: to('lingering', 'endAndLinger'),",
    instead: "sent: to('leaving', 'close'),",
  },
  {
    name: 'a double FIN',
    file: 'engine/life-cycle.ts',
    text: "sent: to('reading', 'end'),",
    instead: "sent: to('shutting', 'end'),",
  },
  {
    name: 'the end of the peer ends a connection that wants to go on writing',
    file: 'engine/life-cycle.ts',
    text: "halfClose: to('writing'),",
    instead: "halfClose: to('finishing'),",
  },
  {
    name: 'a linger that never ends while the peer says something',
    file: 'engine/linger.ts',
    text: 'extend(now: number): void {\n    this.deadline = Math.min(now + this.#idleMs, this.#end);',
    instead: 'extend(now: number): void {\n    this.deadline = Math.max(now + this.#idleMs, this.#end);',
  },
  {
    name: 'a linger that goes on when the connection has closed: its timer stays armed',
    file: 'engine/linger.ts',
    text: 'if (linger !== undefined) this.remove(linger);',
    instead: 'if (linger?.next !== undefined) this.remove(linger);',
  },
  {
    name: 'a roll that loses its links, so that who is there when the reactor stops is not ended',
    file: 'time/list.ts',
    text: 'if (previous === undefined) this.#first = next;',
    instead: 'if (previous === undefined) this.#first = next?.next;',
  },
  // Back-pressure.
  {
    name: 'a pause that is not passed on to the wire',
    file: 'engine/stream-transport.ts',
    text: "this.#reading = 'paused';\n    if (delivers(this.state)) this.wire.pause();",
    instead: "this.#reading = 'paused';",
  },
  {
    name: 'a forgotten resume: reading does not go on',
    file: 'engine/stream-transport.ts',
    text: "this.#reading = 'resumingTold';\n    this.schedule();",
    instead: "this.#reading = 'resumingTold';",
  },
  {
    name: 'a callback whose promise is not waited for',
    file: 'engine/calls.ts',
    text: 'this.#pending += 1;\n    if (delivers(this.state)) this.wire.pause();',
    instead: "this.#pending += 1;\n    if (delivers(this.state) && this.state === 'broken') this.wire.pause();",
  },
  {
    name: 'those who wait for room are not told',
    file: 'engine/stream-transport.ts',
    text: 'if (size <= LOW_WATER && writes(this.state, flow !== undefined)) this.output.admit(true);',
    instead: 'if (size <= LOW_WATER - HIGH_WATER && writes(this.state, flow !== undefined)) this.output.admit(true);',
  },
  {
    name: 'a producer that is resumed twice',
    file: 'engine/flow.ts',
    text: 'if (room) this.#waiting = this.#pause === undefined;',
    instead: 'if (room && this.#pause === undefined) this.#waiting = true;',
  },
  {
    name: 'a pull producer that is not asked again after it has written nothing',
    file: 'engine/flow.ts',
    text: 'if (this.#pause === undefined) this.#waiting = false;',
    instead: 'if (this.#pause === undefined) this.#waiting = size === 0;',
  },
  // Timers.
  {
    name: 'a call that was put off runs at its old time',
    file: 'time/timers.ts',
    text: 'if (call.time > call.key) {',
    instead: 'if (call.time > call.key && call.order > newest) {',
  },
  {
    name: 'a call made inside a call runs in the same turn',
    file: 'time/timers.ts',
    text: 'if (call.order > newest) break;',
    instead: 'if (call.order > newest + 1) break;',
  },
  {
    name: 'an alarm that is not moved when an earlier call comes',
    file: 'time/timers.ts',
    text: 'this.#armed === undefined || at < this.#armed',
    instead: 'this.#armed === undefined || at > this.#armed',
  },
  {
    name: 'a sweep over deadlines that is not repeated',
    file: 'time/sweep.ts',
    text: 'this.#callAt(soonest);\n',
    instead: 'if (ready.length === 0) this.#callAt(soonest);\n',
  },
  // Framing.
  {
    name: 'a delimiter that is missed where two chunks meet',
    file: 'framing/line-decoder.ts',
    text: 'if (across >= 0) return across - this.#edge.length;',
    instead: 'if (across > 0) return across - this.#edge.length;',
  },
  {
    name: 'an off-by-one limit: a line of exactly the most bytes is refused',
    file: 'framing/line-decoder.ts',
    text: 'if (size > this.#maxLength) {',
    instead: 'if (size >= this.#maxLength) {',
  },
  {
    name: 'a line that is too long only where its delimiter is split',
    file: 'framing/line-decoder.ts',
    text: 'if (this.begun.size <= this.#maxLength || this.begun.size - this.#promised() <= this.#maxLength) return true;',
    instead:
      'if (this.begun.size <= this.#maxLength || this.begun.size - this.#promised() < this.#maxLength) return true;',
  },
  {
    name: 'the first byte after a switch of modes is lost',
    file: 'receivers/raw-lines.ts',
    text: 'unread(extra ?? EMPTY);',
    instead: 'unread((extra ?? EMPTY).subarray(1));',
  },
  {
    name: 'bytes that are put back come after those that follow them',
    file: 'framing/decoder.ts',
    text: 'this.push(bytes);\n    this.push(rest);',
    instead: 'this.push(rest);\n    this.push(bytes);',
  },
  {
    name: 'an off-by-one limit: a string of exactly the most bytes is refused',
    file: 'framing/prefixed.ts',
    text: 'if (prefix.length > this.#maxLength) {',
    instead: 'if (prefix.length >= this.#maxLength) {',
  },
  {
    name: 'a string that is too long is skipped but for its last byte',
    file: 'framing/prefixed.ts',
    text: 'this.#skipped = prefix.length;',
    instead: 'this.#skipped = prefix.length - 1;',
  },
  {
    name: 'a length with a leading zero is taken',
    file: 'framing/netstrings.ts',
    text: 'if (length === 0 && at > from)',
    instead: 'if (length === 0 && at > from + 1)',
  },
  {
    name: 'frames that are passed on while reading is paused',
    file: 'receivers/framed.ts',
    text: 'while (!transport.paused && !transport.disconnecting) {',
    instead: 'while (!transport.disconnecting) {',
  },
  // Policies.
  {
    name: 'an off-by-one limit: one connection too many',
    file: 'policies/limit-per-peer.ts',
    text: 'if (count >= this.#max &&',
    instead: 'if (count > this.#max &&',
  },
  {
    name: 'a leaked slot: a connection that a policy further in refuses holds one',
    file: 'policies/guarded.ts',
    text: 'if (!(above instanceof Filter)) drop();',
    instead: 'if (!(above instanceof Filter) && filter.copies) drop();',
  },
  {
    name: 'a counter that is decremented twice',
    file: 'policies/slot.ts',
    text: 'super.onClosed(cause);\n    this.#release();',
    instead: 'this.#release();\n    super.onClosed(cause);\n    this.#release();',
  },
  {
    name: 'the count of a peer that is forgotten when one of its two connections goes',
    file: 'policies/limit-per-peer.ts',
    text: 'if (count > 1) this.#counts',
    instead: 'if (count > 2) this.#counts',
  },
  {
    name: 'an idle deadline that data does not move',
    file: 'policies/timeout-idle.ts',
    text: 'override onData(chunk: Buffer): void {\n    this.#moved();',
    instead: 'override onData(chunk: Buffer): void {',
  },
  {
    name: 'an idle deadline that cuts what a throttle holds back',
    file: 'policies/timeout-idle.ts',
    text: 'const least = this.stackDelayedUntil + this.#timeoutMs;',
    instead: 'const least = this.delayedUntil + this.#timeoutMs;',
  },
  {
    name: 'a throttle that a resume gets around',
    file: 'policies/throttled.ts',
    text: 'if (this.#reading === undefined) super.resume();',
    instead: 'super.resume();',
  },
  {
    name: 'a throttle that does not say when there is room again',
    file: 'policies/portions.ts',
    text: 'if (!this.#failed && this.#pour()) super.onWritable();',
    instead: 'if (!this.#failed) this.#pour();',
  },
  {
    name: 'two neighbours in IPv6 share a network of one address',
    file: 'address/prefix.ts',
    text: 'Math.min(8, prefix',
    instead: 'Math.min(bytes.length === 16 ? 7 : 8, prefix',
    test: { file: 'policies/limits.test.ts', name: 'R42 neighbours that differ in the last bit of a prefix' },
  },
  // The reactor and its clients.
  {
    name: 'the last port of a factory keeps accepting after it has stopped',
    file: 'reactor/port.ts',
    text: 'await this.#listener.close();',
    instead: 'if (this.#factory.numPorts > 1) await this.#listener.close();',
  },
  {
    name: 'a timer that is left armed: an attempt times out after it has succeeded',
    file: 'reactor/dial.ts',
    text: 'this.#timeout?.cancel();\n',
    instead: 'if (this.#attempt !== undefined) this.#timeout?.cancel();\n',
  },
  {
    name: 'a race whose losers go on',
    file: 'reactor/race.ts',
    text: 'this.#running.delete(attempt);\n          this.cancel();',
    instead: 'this.#running.delete(attempt);',
  },
  {
    name: 'a factory that is stopped while another port or connector uses it',
    file: 'protocol/factory.ts',
    text: 'if (this.numPorts === 0) return this.stopFactory();',
    instead: 'if (this.numPorts <= 1) return this.stopFactory();',
  },
  {
    name: 'a retry that never comes: after a failed attempt',
    file: 'protocol/reconnecting-client-factory.ts',
    text: 'if (!(reason instanceof UserAbortError)) this.retry(connector);',
    instead: 'if (reason instanceof UserAbortError) this.retry(connector);',
  },
  {
    name: 'an off-by-one limit: one retry too many',
    file: 'protocol/reconnecting-client-factory.ts',
    text: 'this.retries >= this.maxRetries',
    instead: 'this.retries > this.maxRetries',
  },
  ...ADOPTED_BUGS,
  ...ADMISSION_BUGS,
  ...BUN_BUGS,
  ...DENO_BUGS,
  ...NATIVE_BUGS,
  ...LEDGER_BUGS,
  ...DRAIN_BUGS,
  ...FACE_BUGS,
  ...AUTHOR_BUGS,
  ...TLS_BUGS,
  ...PROCESS_BUGS,
  ...PROXY_BUGS,
  ...LOCAL_BUGS,
  ...TURN_BUGS,
  ...VIEW_BUGS,
  ...KERNEL_BUGS,
];
