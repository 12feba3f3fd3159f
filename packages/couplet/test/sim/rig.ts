import assert from 'node:assert/strict';
import type { TlsInfo } from 'couplet';
import type { Cause, ConnectPlace, Listener, ListenPlace, Settled, Sink, SocketName, Wire } from 'couplet/testing';
import type { Conditions } from '../../src/sim/conditions.ts';
import { CALM } from '../../src/sim/conditions.ts';
import { Network } from '../../src/sim/network.ts';
import { Process } from '../../src/sim/process.ts';
import { Schedule } from '../../src/sim/schedule.ts';
import { Trace } from '../../src/sim/trace.ts';
import { SimWire } from '../../src/sim/wire.ts';

export const PORT = 8007;

/** One end of a connection, and what it was told, without an engine in between. */
export class End implements Sink {
  readonly wire: SimWire;
  readonly told: string[] = [];
  received: Buffer = Buffer.alloc(0);
  /** What the last handshake agreed on. */
  tls: TlsInfo | undefined;
  /** Why the wire closed, in words. */
  detail = '';

  constructor(wire: Wire) {
    assert.ok(wire instanceof SimWire);
    this.wire = wire;
  }

  onData(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
  }

  onEof(): void {
    this.told.push('end');
  }

  onWritable(): void {
    this.told.push('writable');
  }

  onWriteFailed(): void {
    this.told.push('write failed');
  }

  onSecured(tls: TlsInfo): Sink {
    this.tls = tls;
    this.told.push('secured');
    return this;
  }

  onClosed({ kind, detail }: Cause): void {
    this.told.push(kind);
    this.detail = detail;
  }
}

/** A network with two hosts, a process on each, and time that moves when a test says so. */
export class Rig {
  readonly schedule: Schedule = new Schedule();
  readonly trace: Trace = new Trace();
  readonly faults: string[] = [];
  readonly network: Network;
  readonly server: Process;
  readonly client: Process;
  /** What the server has accepted. */
  readonly accepted: End[] = [];
  /** What kept it from accepting. */
  readonly troubles: string[] = [];

  constructor(conditions: Partial<Conditions> = {}, seed = 'rig') {
    const { schedule, trace } = this;
    const fault = (what: string): unknown => this.faults.push(what);
    this.network = new Network({ schedule, trace, seed, conditions: { ...CALM, ...conditions }, epochMs: 0, fault });
    this.server = new Process(this.network, this.network.add('server'), 'server');
    this.client = new Process(this.network, this.network.add('client'), 'client');
  }

  /** Lets so much time pass. */
  pass(ms: number): void {
    const until = this.schedule.now + ms;
    this.schedule.at(until, () => {});
    while (this.schedule.now < until) this.schedule.step();
  }

  async listen(place: Partial<Extract<ListenPlace, { kind: 'tcp' }>> = {}): Promise<Listener | Cause> {
    return this.server.streams.listen(
      { kind: 'tcp', host: '0.0.0.0', port: PORT, backlog: 16, ...place },
      { onAccepted: (wire) => this.#accept(wire), onAcceptFailed: ({ code }) => this.troubles.push(code) },
    );
  }

  async listenUNIX(path: string): Promise<Listener | Cause> {
    return this.server.streams.listen(
      { kind: 'unix', path, mode: 0o600, backlog: 16 },
      { onAccepted: (wire) => this.#accept(wire), onAcceptFailed: () => {} },
    );
  }

  /** Begins an attempt of the client; `ends` and `failures` get what comes of it. */
  dial(
    ends: End[],
    failures: string[],
    place: Partial<Extract<ConnectPlace, { kind: 'tcp' }>> = {},
  ): { cancel(): void } {
    const [host = ''] = this.server.kernel.addresses;
    const attempt: Settled<Wire> = {
      onReady: (wire) => {
        const end = new End(wire);
        ends.push(end);
        return end;
      },
      onFailed: ({ code }) => failures.push(code),
    };
    return this.client.streams.connect(
      { kind: 'tcp', host, port: PORT, localHost: undefined, localPort: undefined, ...place },
      attempt,
    );
  }

  /** A connection: the client's end and the server's. */
  async pair(): Promise<{ near: End; far: End }> {
    if (this.server.descriptors === 0) await this.listen();
    const ends: End[] = [];
    this.dial(ends, []);
    const before = this.accepted.length;
    while (ends.length === 0 || this.accepted.length === before) assert.ok(this.schedule.step(), 'no connection');
    const [near] = ends;
    const far = this.accepted.at(-1);
    assert.ok(near !== undefined && far !== undefined);
    return { near, far };
  }

  #accept(wire: Wire): Sink {
    const end = new End(wire);
    this.accepted.push(end);
    return end;
  }
}

/** Bytes that differ from place to place. */
export function bytesOf(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
}

/** The name of a socket, for messages. */
export function portOf(name: SocketName): number {
  return 'port' in name ? name.port : 0;
}
