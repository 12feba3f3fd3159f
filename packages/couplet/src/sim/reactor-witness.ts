import { PipeAddress } from '../address/address.ts';
import { classOf } from '../engine/report.ts';
import { StreamTransport } from '../engine/stream-transport.ts';
import type { ConnectionView, MovedChunk, Totals } from '../protocol/views.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { ConnectionWitness } from './connection-witness.ts';
import type { Given, SimWire } from './wire.ts';

/** The address of a pipe, in views. */
const PIPE = new PipeAddress().authority;

/** What a reactor tells. */
type Witnessed = Pick<Reactor, 'observe' | 'inspect'>;

/** The process of a reactor that is witnessed. */
export interface WitnessedProcess {
  readonly name: string;
  readonly given: Given;
  /** The wire that is getting a protocol now. */
  readonly adopting: SimWire | undefined;
}

/** What observers were told of the connections of one port, of all ports, of all connectors, or of all. */
class Count {
  made = 0;
  lost = 0;
  most = 0;
  /** What the connections that are gone have moved. */
  bytesIn = 0;
  bytesOut = 0;
  /** How many were refused, and how many for each reason. */
  refused = 0;
  readonly reasons: Map<string, number> = new Map();
  /** At a look: how many have no protocol yet, and what those that have one have moved. */
  arriving = 0;
  openIn = 0;
  openOut = 0;

  get open(): number {
    return this.made - this.lost;
  }

  /** Begins a look. */
  begin(): void {
    this.arriving = 0;
    this.openIn = 0;
    this.openOut = 0;
  }

  /** The totals that follow from this. */
  get totals(): Partial<Totals> {
    const { made, open, most, lost } = this;
    const [bytesIn, bytesOut] = [this.bytesIn + this.openIn, this.bytesOut + this.openOut];
    return { connected: made, open, most, lost, bytesIn, bytesOut };
  }
}

/**
 * Watches what one reactor tells, to observers and by `inspect`: of each connection that its process was given once that it was refused,
 * or once that it was made and once that it was lost; in views and totals what was counted.
 */
export class ReactorWitness {
  readonly #reactor: Witnessed;
  readonly #process: WitnessedProcess;
  readonly #fault: (what: string) => void;
  /** Of the connections that were made and not lost, by id. */
  readonly #open: Map<number, ConnectionWitness> = new Map();
  /** The ids of all connections that were made or refused. */
  readonly #made: Set<number> = new Set();
  readonly #refused: Set<number> = new Set();
  readonly #all: Count = new Count();
  readonly #server: Count = new Count();
  readonly #client: Count = new Count();
  /** By the id of the port. */
  readonly #ports: Map<number, Count> = new Map();
  #errors = 0;
  /** How many connections to the pipes of a process were made: the kernel does not know that they are connections. */
  #piped = 0;

  /**
   * Watches from now on, before anything else uses the reactor. `fault` is called with each thing that is not true. `records` says whether
   * it asks for chunks as well.
   */
  constructor(reactor: Witnessed, process: WitnessedProcess, fault: (what: string) => void, records: boolean) {
    this.#reactor = reactor;
    this.#process = process;
    this.#fault = fault;
    reactor.observe({
      connectionMade: (transport, protocol, view) => {
        if (!(transport instanceof StreamTransport)) throw new TypeError('its transport is of another engine');
        const name = process.adopting?.name ?? `connection ${view.id} of ${process.name}`;
        this.#hearMade(view, new ConnectionWitness(transport, view, `${classOf(protocol)} on ${name}`, records));
      },
      connectionLost: (_transport, _reason, view) => this.#hearLost(view),
      connectionRefused: (_peer, { code }, view) => this.#hearRefused(code.replace(/^COUPLET_/, ''), view),
      error: () => {
        this.#errors += 1;
      },
      ...(records ? { chunk: (chunk) => this.#hearChunk(chunk) } : {}),
    });
  }

  /** Compares what the reactor shows with what was counted. Called between two events. */
  look(): void {
    const { totals, ...reactor } = this.#reactor.inspect();
    for (const count of [this.#all, this.#server, this.#client, ...this.#ports.values()]) count.begin();
    for (const { made, bytesIn, bytesOut } of this.#open.values()) {
      for (const count of this.#countsOf(made)) {
        count.openIn += bytesIn;
        count.openOut += bytesOut;
      }
    }
    const open = new Set(this.#open.keys());
    for (const view of reactor.connections()) {
      if (view.state !== 'arriving') {
        const witness = this.#open.get(view.id);
        if (witness === undefined) this.#wrong(`connection ${view.id} is ${view.state} in its view, and not open`);
        else this.#judge(witness, view);
        open.delete(view.id);
      } else if (!this.#refused.has(view.id)) for (const count of this.#countsOf(view)) count.arriving += 1;
    }
    for (const id of open) this.#wrong(`connection ${id} is open, and has no view`);
    for (const port of reactor.ports()) this.#judgePort(port.id, port.totals);
    this.#judgeAll(totals);
  }

  /** The reactor has ended: nothing may be left of it. */
  judgeEnd(): void {
    const reactor = this.#reactor.inspect();
    for (const kind of ['ports', 'connectors', 'connections', 'processes', 'timers'] as const) {
      const [first, ...more] = [...reactor[kind]()];
      if (first !== undefined)
        this.#wrong(
          `it has stopped, and its view still shows ${JSON.stringify(first)} and ${more.length} more ${kind}`,
        );
    }
  }

  #hearMade(view: ConnectionView, witness: ConnectionWitness): void {
    this.#hearNew('made', view);
    this.#made.add(view.id);
    if (view.role === 'client' && view.peer === PIPE && this.#process.adopting === undefined) this.#piped += 1;
    this.#open.set(view.id, witness);
    for (const count of this.#countsOf(view)) {
      count.made += 1;
      count.most = Math.max(count.most, count.open);
    }
  }

  #hearChunk(chunk: MovedChunk): void {
    const witness = this.#open.get(chunk.connection);
    if (witness !== undefined) witness.hear(chunk);
    else this.#wrong(`a chunk of ${chunk.bytes} bytes is told of connection ${chunk.connection}, which is not open`);
  }

  #hearLost(view: ConnectionView): void {
    const witness = this.#open.get(view.id);
    if (witness === undefined) {
      this.#wrong(`connection ${view.id} is told as lost ${this.#made.has(view.id) ? 'twice' : 'and was not made'}`);
      return;
    }
    this.#open.delete(view.id);
    this.#judge(witness, view);
    if (view.state !== 'gone') this.#wrong(`connection ${view.id} is told as lost, and is ${view.state}`);
    for (const count of this.#countsOf(view)) {
      count.lost += 1;
      count.bytesIn += witness.bytesIn;
      count.bytesOut += witness.bytesOut;
    }
  }

  #hearRefused(reason: string, view: ConnectionView): void {
    this.#hearNew('refused', view);
    this.#refused.add(view.id);
    for (const count of this.#countsOf(view)) {
      count.refused += 1;
      count.reasons.set(reason, (count.reasons.get(reason) ?? 0) + 1);
    }
  }

  #hearNew(how: 'made' | 'refused', view: ConnectionView): void {
    const told = this.#made.has(view.id) ? 'made' : this.#refused.has(view.id) ? 'refused' : undefined;
    if (told !== undefined) this.#wrong(`connection ${view.id} is told as ${how}, and was told as ${told}`);
    if (view.host === '' || view.peer === undefined)
      this.#wrong(`connection ${view.id} is told as ${how} without an address: from ${view.peer} to ${view.host}`);
  }

  #judge(witness: ConnectionWitness, view: ConnectionView): void {
    const difference = witness.differs(view);
    if (difference !== undefined) this.#fault(difference);
  }

  #judgePort(id: number, totals: Totals): void {
    const count = this.#ports.get(id) ?? new Count();
    this.#compare(` of port ${id}`, totals, {
      ...count.totals,
      accepted: count.made + count.refused + count.arriving,
      refused: Object.fromEntries(count.reasons),
    });
  }

  #judgeAll(totals: Totals): void {
    const { accepted, adopted, acceptFailures } = this.#process.given;
    const dialled = this.#process.given.dialled + this.#piped;
    // What was adopted may be closed before it arrives.
    const least = accepted + dialled;
    const arrived = Math.min(Math.max(totals.accepted, least), least + adopted);
    const [server, client, errors] = [this.#server, this.#client, this.#errors];
    this.#compare('', totals, { ...this.#all.totals, accepted: arrived, acceptFailures, errors });
    const told = server.made + server.refused + server.arriving;
    // A factory of either side serves what was adopted.
    if (told < accepted || told > accepted + adopted)
      this.#wrong(`${told} connections of its ports were told or are arriving, and ${accepted} were accepted`);
    // What a connector refuses is told as the end of its attempt, and is shown as arriving while it closes.
    const most = arrived - totals.connected - server.arriving;
    const refused = Object.values(totals.refused).reduce((sum, number) => sum + number, 0);
    if (refused > most || refused < most - client.arriving)
      this.#wrong(`its view has ${refused} refused, and ${most} were counted`);
  }

  #compare(of: string, shown: Totals, counted: Partial<Totals>): void {
    for (const [name, count] of Object.entries(counted)) {
      const found: unknown = Reflect.get(shown, name);
      // Most are numbers.
      if (found === count) continue;
      const [is, should] = [JSON.stringify(found), JSON.stringify(count)];
      if (is !== should) this.#wrong(`its view${of} has ${name} ${is}, and ${should} were counted`);
    }
  }

  /** Returns the counts to which a connection belongs. */
  #countsOf({ role, origin }: ConnectionView): readonly Count[] {
    if (role === 'client') return [this.#all, this.#client];
    let port = this.#ports.get(origin);
    if (port === undefined) {
      port = new Count();
      this.#ports.set(origin, port);
    }
    return [this.#all, this.#server, port];
  }

  #wrong(what: string): void {
    this.#fault(`${this.#process.name}: ${what}`);
  }
}
