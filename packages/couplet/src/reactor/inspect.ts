import type { Engine } from '../engine/engine.ts';
import type { ConnectorView, PortView, ReactorView, TimerView } from '../protocol/views.ts';
import { retries } from './retry.ts';

/** Returns the view of a reactor. The iterations look at what is there when they begin. */
export function inspect(
  engine: Engine,
  ports: { views(): Iterable<PortView> },
  connectors: Iterable<{ view(): ConnectorView }>,
  own: Pick<ReactorView, 'runtime' | 'since' | 'running' | 'processes'>,
): ReactorView {
  const loop = engine.stopwatch?.view();
  return {
    ...own,
    now: engine.now(),
    totals: engine.tally.totals(engine.live),
    ...(loop === undefined ? {} : { loop }),
    ports: () => ports.views(),
    connectors: () => attempts(engine, connectors),
    connections: () => engine.live.views(),
    connection: (id) => engine.live.detail(id),
    timers: () => timers(engine),
  };
}

function* attempts(engine: Engine, connectors: Iterable<{ view(): ConnectorView }>): Generator<ConnectorView> {
  for (const connector of [...connectors]) yield connector.view();
  yield* retries(engine);
}

function* timers(engine: Engine): Generator<TimerView> {
  for (const call of engine.timers.list()) yield { id: call.order, dueInMs: call.getTime() - engine.now() };
}
