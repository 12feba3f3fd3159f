import type {
  Clock,
  ConnectionDetail,
  ConnectorView,
  LoopView,
  PortView,
  Reactor,
  ReactorView,
  SlowCallback,
} from 'couplet';
import type { Frame, InspectorEvent, PortFrame, Row } from '../values/frame.ts';
import type { FrameViewer } from '../values/frame-source.ts';
import type { FrameQuery } from '../values/query.ts';
import { Counters } from './counters.ts';
import type { EventRing } from './event-ring.ts';
import type { Heartbeat } from './heartbeat.ts';
import { tenths } from './numbers.ts';
import type { Payload } from './payload.ts';
import type { Recorder } from './recorder.ts';
import { Room } from './room.ts';
import { chosenOf } from './row.ts';
import { Survey } from './survey.ts';
import { Timeline } from './timeline.ts';
import type { Walk } from './walk.ts';
import { cut } from './words.ts';

/** How many events a frame has at most. */
const MOST_EVENTS = 200;
/** How many characters of the name of a callback or factory there are. */
const NAME = 80;
/** What ports and connectors leave of the room of a frame, and what rows leave of it for events, in bytes. */
const AFTER_PORTS = 44_000;
const AFTER_CONNECTORS = 38_000;
const AFTER_ROWS = 4000;

/** What every frame has room for. */
type FrameHead = Pick<
  Frame,
  | 'now'
  | 'dropped'
  | 'runtime'
  | 'since'
  | 'running'
  | 'totals'
  | 'rates'
  | 'loop'
  | 'descriptors'
  | 'timers'
  | 'total'
  | 'matching'
>;

/** What viewers share. */
export interface Watched {
  readonly reactor: Pick<Reactor, 'inspect'>;
  readonly walk: Walk;
  readonly events: EventRing;
  readonly heartbeat: Heartbeat;
  readonly recorder: Recorder;
  /** Undefined unless payload is kept. */
  readonly payload: Payload | undefined;
  /** The clock of the viewers. */
  readonly clock: Clock;
}

/** Makes the frames of one who looks. */
export class Viewer implements FrameViewer {
  readonly #watched: Watched;
  readonly #query: FrameQuery;
  readonly #counters: Counters;
  /** How many events it has seen. */
  #seen: number;
  readonly #timeline: Timeline | undefined;
  #busyMs = 0;
  #ended: (() => void) | undefined;

  /** `ended` is called once, when it ends. */
  constructor(watched: Watched, query: FrameQuery, ended: () => void) {
    this.#watched = watched;
    this.#query = query;
    this.#ended = ended;
    this.#counters = new Counters(watched.reactor.inspect().since);
    this.#seen = query.view === 'events' ? 0 : watched.events.count;
    const { reactor, recorder, payload, heartbeat, clock } = watched;
    heartbeat.enter();
    if (query.view === 'timeline') this.#timeline = new Timeline(reactor, recorder, clock);
    if (query.id !== undefined) payload?.enter(query.id);
  }

  next(dropped: number): Promise<string> {
    return this.#watched.walk.after(() => this.#frame(dropped));
  }

  close(): void {
    const ended = this.#ended;
    this.#ended = undefined;
    if (ended === undefined) return;
    const { heartbeat, payload } = this.#watched;
    heartbeat.leave();
    this.#timeline?.close();
    if (this.#query.id !== undefined) payload?.leave(this.#query.id);
    ended();
  }

  async #frame(dropped: number): Promise<string> {
    const { reactor, walk } = this.#watched;
    const view = reactor.inspect();
    const lastedMs = this.#counters.begin(view.now);
    const survey = new Survey(this.#query, this.#counters);
    await walk.each(view.connections(), (one) => survey.add(one));
    this.#counters.end();
    const ports: PortView[] = [];
    await walk.each(view.ports(), (port) => ports.push(port));
    const connectors: ConnectorView[] = [];
    await walk.each(view.connectors(), (connector) => connectors.push(connector));
    let timers = 0;
    await walk.each(view.timers(), () => {
      timers += 1;
    });
    const { id } = this.#query;
    const chosen = id === undefined ? undefined : (view.connection(id) ?? null);
    return this.#write(survey, ports, connectors, chosen, {
      now: tenths(view.now),
      dropped,
      runtime: view.runtime,
      since: tenths(view.since),
      running: view.running,
      totals: view.totals,
      rates: this.#rates(view),
      loop: this.#loop(view, lastedMs),
      descriptors: survey.descriptors(ports.filter(({ listening }) => listening).length),
      timers,
      total: survey.total,
      matching: survey.matching,
    });
  }

  /** Adds what has to fit into the room that is left. */
  #write(
    survey: Survey,
    ports: readonly PortView[],
    connectors: readonly ConnectorView[],
    detail: ConnectionDetail | null | undefined,
    head: FrameHead,
  ): string {
    const room = new Room();
    const json = room.take(head).slice(0, -1);
    const chosen = detail === undefined ? undefined : this.#chosen(detail, room);
    const rows = survey.rows();
    const shownPorts = room.fill(portFrames(ports, survey), AFTER_PORTS);
    const shownConnectors = room.fill(inOrder(connectors, rows), AFTER_CONNECTORS);
    const shownRows = room.fill(rows, AFTER_ROWS);
    const timeline = this.#timeline?.slice(survey.lanes(), room);
    const { count } = this.#watched.events;
    const events = room.fill(this.#newest()).reverse();
    const missed = count - this.#seen - events.length;
    this.#seen = count;
    return [
      json,
      `"ports":[${shownPorts.join()}],"portsLeftOut":${ports.length - shownPorts.length}`,
      `"connectors":[${shownConnectors.join()}],"connectorsLeftOut":${connectors.length - shownConnectors.length}`,
      `"rows":[${shownRows.join()}]`,
      ...(chosen === undefined ? [] : [`"chosen":${chosen}`]),
      ...(timeline === undefined ? [] : [`"timeline":${timeline}`]),
      `"events":[${events.join()}],"eventsMissed":${missed}}`,
    ].join();
  }

  /** A connection in detail, or that it is gone, as JSON. Payload takes no room from the rest. */
  #chosen(detail: ConnectionDetail | null, room: Room): string {
    if (detail === null) return 'null';
    const json = room.take(chosenOf(detail));
    const { payload } = this.#watched;
    return payload === undefined ? json : `${json.slice(0, -1)},"payload":${JSON.stringify(payload.of(detail.id))}}`;
  }

  #rates({ totals }: ReactorView): Frame['rates'] {
    const { accepted, bytesIn, bytesOut } = this.#counters.ratesOfAll(totals);
    return { accepted: tenths(accepted), bytesIn: tenths(bytesIn), bytesOut: tenths(bytesOut) };
  }

  #loop({ loop, now }: ReactorView, lastedMs: number): LoopView {
    const { since = now, busyMs: busyInAll = 0, lateMs: late, held = [] } = loop ?? {};
    const busyMs = busyInAll - this.#busyMs;
    this.#busyMs = busyInAll;
    const { p50, p99, max } = this.#watched.heartbeat.lateMs ?? late ?? { p50: 0, p99: 0, max: 0 };
    const ms = Math.min(lastedMs, now - since);
    return {
      since: tenths(since),
      busyMs: tenths(busyMs),
      asleep: ms > 0 ? Math.round(1e4 * Math.max(0, 1 - busyMs / ms)) / 1e4 : 1,
      lateMs: { p50: tenths(p50), p99: tenths(p99), max: tenths(max) },
      held: held.map(slow),
    };
  }

  *#newest(): Generator<InspectorEvent> {
    let count = 0;
    for (const event of this.#watched.events.newest(this.#seen)) {
      if (count === MOST_EVENTS) return;
      count += 1;
      const at = tenths(event.at);
      yield event.kind === 'slow' ? { ...event, at, callback: slow(event.callback) } : { ...event, at };
    }
  }
}

function slow(callback: SlowCallback): SlowCallback {
  const { who, where, ms, at } = callback;
  return { ...callback, who: cut(who, NAME), where: cut(where, NAME), ms: tenths(ms), at: tenths(at) };
}

function* portFrames(ports: readonly PortView[], survey: Survey): Generator<PortFrame> {
  for (const port of ports)
    yield { ...port, factory: cut(port.factory, NAME), since: tenths(port.since), ...survey.portOf(port.id) };
}

/** The connectors of the rows, and then those that are not connected. */
function* inOrder(connectors: readonly ConnectorView[], rows: readonly Row[]): Generator<ConnectorView> {
  const shown = new Set(rows.map(({ origin }) => origin));
  for (const one of connectors) if (shown.has(one.id)) yield connector(one);
  for (const one of connectors) if (!shown.has(one.id) && one.state !== 'connected') yield connector(one);
}

function connector(view: ConnectorView): ConnectorView {
  return view.retryInMs === undefined ? view : { ...view, retryInMs: tenths(view.retryInMs) };
}
