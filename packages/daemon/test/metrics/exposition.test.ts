import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exposition } from '../../src/metrics/exposition.ts';
import { Merge } from '../../src/metrics/merge.ts';
import { sample } from './sample.ts';

describe('the page of metrics', () => {
  test('has each metric with its type and labels', async () => {
    const { merged, supervisor } = sample();
    const lines = (await exposition(merged, supervisor)).split('\n');
    const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.slice(7));
    assert.deepEqual(types.sort(), [
      'couplet_build_info gauge',
      'couplet_bus_dropped_messages_total counter',
      'couplet_connection_duration_seconds histogram',
      'couplet_connections gauge',
      'couplet_connections_accepted_total counter',
      'couplet_connections_closed_total counter',
      'couplet_connections_refused_total counter',
      'couplet_generation gauge',
      'couplet_ledger_decisions_total counter',
      'couplet_ledger_up gauge',
      'couplet_log_dropped_lines_total counter',
      'couplet_loop_asleep_ratio gauge',
      'couplet_loop_late_seconds summary',
      'couplet_received_bytes_total counter',
      'couplet_reloads_total counter',
      'couplet_sent_bytes_total counter',
      'couplet_tls_certificate_expiry_seconds gauge',
      'couplet_worker_restarts_total counter',
      'couplet_workers gauge',
      'couplet_workers_silent gauge',
      'couplet_write_queue_bytes gauge',
      'process_cpu_seconds_total counter',
      'process_open_fds gauge',
      'process_resident_memory_bytes gauge',
    ]);
    const slow = 'service="slow",listener="127.0.0.1:10000"';
    for (const line of [
      `couplet_connections_accepted_total{${slow}} 10`,
      `couplet_connections_refused_total{${slow},reason="peer_limit"} 3`,
      `couplet_connections_closed_total{${slow},reason="error"} 1`,
      `couplet_connection_duration_seconds_bucket{${slow},le="0.01"} 1`,
      `couplet_connection_duration_seconds_bucket{${slow},le="3600"} 5`,
      `couplet_connection_duration_seconds_bucket{${slow},le="+Inf"} 7`,
      `couplet_connection_duration_seconds_sum{${slow}} 8000.5`,
      `couplet_connection_duration_seconds_count{${slow}} 7`,
      'couplet_connections{service="a \\"b\\"\\\\",listener="/run/x\\ny.sock"} 0',
      'couplet_loop_late_seconds{slot="1",quantile="0.99"} 0.02',
      'couplet_workers{state="starting"} 0',
      'couplet_build_info{version="0.1.0",runtime="node 24.0.0"} 1',
      'process_cpu_seconds_total{slot="2"} 1',
      'couplet_ledger_decisions_total{result="granted"} 5',
    ])
      assert.ok(lines.includes(line), line);
  });

  test('leaves out what is not there', async () => {
    const text = await exposition(new Merge().sums(), sample().supervisor);
    assert.doesNotMatch(text, /couplet_connections|couplet_ledger|couplet_loop|process_/);
    assert.match(text, /^couplet_generation 4$/m);
  });
});
