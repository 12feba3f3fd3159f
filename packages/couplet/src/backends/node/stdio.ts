import type { Cause } from '../../seam/cause.ts';
import type { Listener, ListenSink, Settled } from '../../seam/streams.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { causeOfThrown } from './cause.ts';
import { type StandardWire, StdioWire } from './stdio-wire.ts';

const TAKEN: Cause = {
  kind: 'other',
  code: 'EBUSY',
  detail: 'this process has already used standard input and output',
};

/** Whether this process has used its standard input and output: there is only one of each. */
let taken = false;

/** Makes the wire of a runtime. Throws what the runtime throws when a descriptor cannot be used. */
type MakeWire = () => StandardWire;
const makeWire: MakeWire = () => new StdioWire();

/** Accepts standard input and output as one wire; the listener is exhausted when that is closed. */
export function listenStdio(sink: ListenSink, make: MakeWire = makeWire): Listener | Cause {
  const wire = take(make);
  if ('kind' in wire) return wire;
  let open = true;
  setImmediate(() => seat(wire, open ? sink.onAccepted(wire) : null));
  return {
    name: wire.local,
    exhausted: wire.gone,
    close: async () => {
      open = false;
    },
  };
}

/** Connects to the process at the other end of standard input and output. */
export function connectStdio(attempt: Settled<Wire>, make: MakeWire = makeWire): { cancel(): void } {
  const waiting = setImmediate(() => {
    const wire = take(make);
    if ('kind' in wire) attempt.onFailed(wire);
    else seat(wire, attempt.onReady(wire));
  });
  return { cancel: () => clearImmediate(waiting) };
}

function take(make: MakeWire): StandardWire | Cause {
  if (taken) return TAKEN;
  try {
    const wire = make();
    taken = true;
    return wire;
  } catch (error) {
    return causeOfThrown(error);
  }
}

function seat(wire: StandardWire, sink: Sink | null): void {
  if (sink === null) wire.close();
  else wire.attach(sink);
}
