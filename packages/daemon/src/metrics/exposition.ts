import type { Registry } from 'prom-client';
import { DURATION_BUCKETS, type ListenerCounters, type SupervisorCounters, type Words } from './counters.ts';
import type { MergedCounters, SlotCounters } from './merge.ts';

/** The type of the text that `exposition` returns. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Library = typeof import('prom-client');
type Labels = Readonly<Record<string, string>>;
/** The value of one series of a metric. */
type Sample = readonly [labels: Labels, value: number];

/** One value that each listener has. */
const OF_LISTENERS: readonly (readonly [
  kind: 'counter' | 'gauge',
  name: string,
  help: string,
  of: (one: ListenerCounters) => number,
])[] = [
  [
    'counter',
    'couplet_connections_accepted_total',
    'Connections that were accepted, or made by clients',
    (one) => one.accepted,
  ],
  ['counter', 'couplet_received_bytes_total', 'Bytes that arrived, without those of TLS', (one) => one.receivedBytes],
  [
    'counter',
    'couplet_sent_bytes_total',
    'Bytes that the system has taken, without those of TLS',
    (one) => one.sentBytes,
  ],
  ['gauge', 'couplet_connections', 'Connections that are open', (one) => one.open],
  [
    'gauge',
    'couplet_write_queue_bytes',
    'Bytes that are written and not taken by the system yet',
    (one) => one.queuedBytes,
  ],
];

/**
 * Returns the metrics in the text format of Prometheus. Series have the labels `service` and `listener`, or `slot`, and words that are
 * named here; none has a peer. prom-client is loaded at the first call.
 */
export async function exposition(merged: MergedCounters, supervisor: SupervisorCounters): Promise<string> {
  const library = await import('prom-client');
  const page = new Page(library, new library.Registry());
  describeListeners(page, merged.listeners);
  describeSlots(page, merged.slots);
  describeSupervisor(page, merged, supervisor);
  return page.text();
}

function describeListeners(page: Page, listeners: readonly ListenerCounters[]): void {
  for (const [kind, name, help, of] of OF_LISTENERS)
    page[kind](
      name,
      help,
      listeners.map((one) => [labelsOf(one), of(one)]),
    );
  const byReason = (of: (one: ListenerCounters) => Words): Sample[] =>
    listeners.flatMap((one) => Object.entries(of(one)).map(([reason, count]) => [{ ...labelsOf(one), reason }, count]));
  page.counter(
    'couplet_connections_refused_total',
    'Connections that were refused, by reason',
    byReason((one) => one.refused),
  );
  page.counter(
    'couplet_connections_closed_total',
    'Connections that have ended, by reason',
    byReason((one) => one.closed),
  );
  page.durations('couplet_connection_duration_seconds', 'How long connections lasted', listeners);
  page.gauge(
    'couplet_tls_certificate_expiry_seconds',
    'When the certificate ends, in seconds since 1970',
    listeners.flatMap((one) => (one.certificateExpiry === undefined ? [] : [[labelsOf(one), one.certificateExpiry]])),
  );
}

function describeSlots(page: Page, slots: readonly SlotCounters[]): void {
  const bySlot = (of: (one: SlotCounters) => number | undefined): Sample[] =>
    slots.flatMap((one) => {
      const value = of(one);
      return value === undefined ? [] : [[{ slot: one.slot }, value]];
    });
  page.counter(
    'process_cpu_seconds_total',
    'Processor time of all processes that the slot had, in seconds',
    bySlot((one) => one.cpuSeconds),
  );
  page.gauge(
    'process_resident_memory_bytes',
    'Resident memory of the processes of the slot',
    bySlot((one) => one.residentBytes),
  );
  page.gauge(
    'process_open_fds',
    'Open descriptors of the processes of the slot',
    bySlot((one) => one.openDescriptors),
  );
  page.gauge(
    'couplet_loop_asleep_ratio',
    'The part of the time in which no callback ran',
    bySlot((one) => one.loop?.asleep),
  );
  page.late('couplet_loop_late_seconds', 'How late timers rang, of the last 256', slots);
}

function describeSupervisor(page: Page, merged: MergedCounters, supervisor: SupervisorCounters): void {
  const { version, runtime, generation, silent } = supervisor;
  page.gauge('couplet_build_info', 'The version of coupletd and the runtime of workers', [[{ version, runtime }, 1]]);
  page.gauge('couplet_generation', 'The newest generation of the application', [[{}, generation]]);
  page.gauge('couplet_workers', 'Workers, by state', byWord('state', supervisor.workers));
  page.gauge('couplet_workers_silent', 'Workers that did not answer this scrape', [[{}, silent]]);
  page.counter(
    'couplet_worker_restarts_total',
    'Workers that were replaced, by cause',
    byWord('cause', supervisor.restarts),
  );
  page.counter('couplet_reloads_total', 'Reloads, by result', byWord('result', supervisor.reloads));
  page.counter('couplet_log_dropped_lines_total', 'Lines that the log could not take', [[{}, merged.droppedLines]]);
  page.counter('couplet_bus_dropped_messages_total', 'Messages that a bus which was away did not take', [
    [{}, merged.droppedMessages],
  ]);
  const { ledger } = merged;
  if (ledger === undefined) return;
  page.gauge('couplet_ledger_up', 'Whether the ledger answers all workers', [[{}, ledger.up ? 1 : 0]]);
  page.counter(
    'couplet_ledger_decisions_total',
    'Answers of the ledger, by result',
    byWord('result', ledger.decisions),
  );
}

function byWord(label: string, words: Words): Sample[] {
  return Object.entries(words).map(([word, count]) => [{ [label]: word }, count]);
}

function labelsOf({ service, listener }: ListenerCounters): Labels {
  return { service, listener };
}

/** What one scrape shows. Metrics without a series are left out. */
class Page {
  readonly #library: Library;
  readonly #registry: Registry;

  constructor(library: Library, registry: Registry) {
    this.#library = library;
    this.#registry = registry;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  counter(name: string, help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const counter = new this.#library.Counter(this.#configuration(name, help, samples));
    for (const [labels, value] of samples) counter.inc(labels, value);
  }

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const gauge = new this.#library.Gauge(this.#configuration(name, help, samples));
    for (const [labels, value] of samples) gauge.set(labels, value);
  }

  /** A histogram. That of the library takes single values only, so its series are made here. */
  durations(name: string, help: string, listeners: readonly ListenerCounters[]): void {
    const series = listeners.flatMap((one) => bucketsOf(name, one));
    if (series.length === 0) return;
    const { Histogram } = this.#library;
    const metric = new Histogram({ name, help, buckets: [...DURATION_BUCKETS], registers: [this.#registry] });
    show(metric, { name, help, type: 'histogram', values: series });
  }

  /** A summary: the library would make its quantiles of single values. */
  late(name: string, help: string, slots: readonly SlotCounters[]): void {
    const series = slots.flatMap(({ slot, loop }) =>
      loop === undefined
        ? []
        : (
            [
              [0.5, loop.p50],
              [0.99, loop.p99],
              [1, loop.max],
            ] as const
          ).map(([quantile, ms]) => ({ labels: { slot, quantile: `${quantile}` }, value: ms / 1000 })),
    );
    if (series.length === 0) return;
    const metric = new this.#library.Summary({ name, help, registers: [this.#registry] });
    show(metric, { name, help, type: 'summary', values: series });
  }

  #configuration(name: string, help: string, samples: readonly Sample[]) {
    const labelNames = Object.keys(samples[0]?.[0] ?? {});
    return { name, help, labelNames, registers: [this.#registry] };
  }
}

/** A line of a metric whose series are made here. */
interface Series {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Makes a metric of the library show these series. */
function show(
  metric: object,
  shown: { readonly name: string; readonly help: string; readonly type: string; readonly values: readonly Series[] },
): void {
  const get = async () => shown;
  Object.assign(metric, { get, getForPromString: get });
}

function bucketsOf(name: string, one: ListenerCounters): Series[] {
  let count = 0;
  const labels = labelsOf(one);
  const buckets = one.durations.map((here, bucket) => {
    count += here;
    const le = DURATION_BUCKETS[bucket];
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: le === undefined ? '+Inf' : `${le}` },
      value: count,
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: one.durationSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
