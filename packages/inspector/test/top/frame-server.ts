import type { ListeningPort } from 'couplet';
import { serve } from 'couplet';
import type { Frame, Row } from 'couplet-inspector';

/** What was asked for, and how to answer. */
export interface Asked {
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
}

/** A whole answer, or the frames of a stream that stays open. */
export type Reply = { readonly status: number; readonly body: string } | { readonly frames: AsyncIterable<string> };

/** An inspector that answers what the test says. */
export async function frameServer(where: string, reply: (asked: Asked) => Reply): Promise<ListeningPort> {
  return serve(where, async (connection) => {
    const head = (await connection.readUntil('\r\n\r\n')).toString('latin1');
    const [first = '', ...fields] = head.split('\r\n');
    const [path = '', query = ''] = (first.split(' ')[1] ?? '').split('?');
    const headers = new Map(fields.map((field) => field.toLowerCase().split(': ')).map(([a = '', b = '']) => [a, b]));
    const answer = reply({ path, parameters: new URLSearchParams(query), headers });
    if ('body' in answer) {
      const { status, body } = answer;
      connection.write(`HTTP/1.1 ${status} -\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return;
    }
    connection.write('HTTP/1.1 200 -\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    for await (const frame of answer.frames) {
      const event = Buffer.from(`:\ndata: ${frame}\n\n`);
      // A chunk ends wherever it does, in a character too.
      for (let at = 0; at < event.length; at += 1000) {
        const piece = event.subarray(at, at + 1000);
        connection.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
      }
    }
    connection.write('0\r\n\r\n');
  });
}

/** A connection, as it is unless the test says otherwise. */
export function row(id: number, changes: Partial<Row> = {}): Row {
  return {
    id,
    role: 'server',
    origin: 1,
    protocol: 'SlowPoetry',
    peer: `127.0.0.1:${50_000 + id}`,
    state: 'open',
    waiting: 'nothing',
    bytesIn: 0,
    bytesOut: 1234,
    reads: 0,
    writes: 3,
    inRate: 0,
    outRate: 310,
    queued: 0,
    maxQueued: 16_384,
    ageMs: 61_000,
    ...changes,
  };
}

/** A frame, as it is unless the test says otherwise. */
export function frame(changes: Partial<Frame> = {}): Frame {
  const rows = changes.rows ?? [row(7), row(9)];
  const totals = {
    accepted: 12,
    connected: 9,
    open: rows.length,
    most: 5,
    lost: 7,
    bytesIn: 0,
    bytesOut: 99_999,
    refused: { CONNECTION_LIMIT: 2, NOT_ALLOWED: 1, PEER_LIMIT: 0 },
    errors: 0,
    acceptFailures: 0,
  };
  return {
    now: 3_723_000,
    dropped: 0,
    runtime: 'node',
    since: 0,
    running: true,
    totals,
    rates: { accepted: 0.5, bytesIn: 0, bytesOut: 5120 },
    loop: {
      since: 0,
      busyMs: 12,
      asleep: 0.9961,
      lateMs: { p50: 0.2, p99: 1.2, max: 3 },
      held: [{ who: 'Shout', where: 'lineReceived', ms: 412, at: 9, connection: 9 }],
    },
    descriptors: { listening: 1, accepted: rows.length, made: 0 },
    timers: 0,
    ports: [
      {
        id: 1,
        host: '127.0.0.1:10000',
        factory: 'SlowFactory',
        listening: true,
        since: 0,
        totals,
        policies: [],
        connections: rows.length,
      },
    ],
    portsLeftOut: 0,
    connectors: [],
    connectorsLeftOut: 0,
    total: rows.length,
    matching: rows.length,
    rows,
    events: [],
    eventsMissed: 0,
    ...changes,
  };
}
