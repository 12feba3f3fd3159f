import type { ConnectionDetail, ConnectionView, ConnectorView, Observer, PortView, ReactorView, Totals } from 'couplet';
import { Clock } from 'couplet/testing';
import { DEFAULT_QUERY, type Frame, type FrameQuery } from 'couplet-inspector';
import { ReactorFrames } from '../../src/watch/frames.ts';

const TOTALS: Totals = {
  accepted: 0,
  connected: 0,
  open: 0,
  most: 0,
  lost: 0,
  bytesIn: 0,
  bytesOut: 0,
  refused: {},
  errors: 0,
  acceptFailures: 0,
};

/** A view of a connection, with what a test says of it. */
export function viewOf(one: Partial<ConnectionDetail> & { readonly id: number }): ConnectionDetail {
  return {
    role: 'server',
    origin: 1,
    factory: 'Factory',
    protocol: 'Echo',
    host: '127.0.0.1:8007',
    peer: `127.0.0.1:${40_000 + one.id}`,
    since: 0,
    durationMs: 1000,
    state: 'open',
    waiting: 'nothing',
    bytesIn: 0,
    bytesOut: 0,
    reads: 0,
    writes: 0,
    queued: 0,
    maxQueued: 0,
    ...one,
  };
}

/** A clock whose turns are counted: nothing has to be advanced for one. */
class CountingClock extends Clock {
  turned: () => void = () => {};

  override async sleep(): Promise<void> {
    this.turned();
  }
}

/** A reactor that shows what a test says. */
export class FakeReactor {
  readonly clock: CountingClock = new CountingClock();
  connections: readonly ConnectionDetail[] = [];
  ports: readonly PortView[] = [
    { id: 1, host: '127.0.0.1:8007', factory: 'Factory', listening: true, since: 0, totals: TOTALS, policies: [] },
  ];
  connectors: readonly ConnectorView[] = [];
  totals: Totals = TOTALS;
  /** How many connections were looked at without a pause, each time. */
  readonly runs: number[] = [0];
  readonly observers: Observer[] = [];

  constructor() {
    this.clock.turned = () => void this.runs.push(0);
  }

  now(): number {
    return this.clock.now();
  }

  observe(observer: Observer): () => void {
    this.observers.push(observer);
    return () => void this.observers.splice(this.observers.indexOf(observer), 1);
  }

  inspect(): ReactorView {
    return {
      runtime: 'fake',
      now: this.now(),
      since: 0,
      running: true,
      totals: this.totals,
      ports: () => this.ports,
      connectors: () => this.connectors,
      connections: () => this.#looked(),
      connection: (id) => this.connections.find((one) => one.id === id),
      processes: () => [],
      timers: () => [],
    };
  }

  frames({ payload = false } = {}): ReactorFrames {
    return new ReactorFrames(this, this.clock, payload);
  }

  *#looked(): Generator<ConnectionView> {
    for (const view of this.connections) {
      const run = this.runs.length - 1;
      this.runs[run] = (this.runs[run] ?? 0) + 1;
      yield view;
    }
  }
}

/** Returns a function for one frame after the other of one viewer. */
export function viewing(frames: ReactorFrames, query: Partial<FrameQuery> = {}): (dropped?: number) => Promise<Frame> {
  const viewer = frames.view({ ...DEFAULT_QUERY, ...query });
  return async (dropped = 0) => JSON.parse(await viewer.next(dropped));
}
