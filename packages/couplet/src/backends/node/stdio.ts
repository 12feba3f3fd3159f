import type { Attempt, Listener } from '../../seam/backend.ts';
import type { Cause } from '../../seam/cause.ts';
import type { Sink, Wire } from '../../seam/wire.ts';
import { causeOfThrown } from './cause.ts';
import { StdioWire } from './stdio-wire.ts';

const TAKEN: Cause = { kind: 'other', code: 'EBUSY', detail: 'standard input and output were taken before' };

/** Whether this process has given its standard input and output away: there is only one of each. */
let taken = false;

/** Accepts standard input and output as one wire; the listener is exhausted when that is gone. */
export function listenStdio(accept: (wire: Wire) => Sink | null): Listener | Cause {
  const wire = take();
  if ('kind' in wire) return wire;
  let open = true;
  setImmediate(() => offer(wire, (offered) => (open ? accept(offered) : null)));
  return {
    name: wire.local,
    exhausted: wire.gone,
    close: async () => {
      open = false;
    },
  };
}

/** Connects to whoever is at the other end of standard input and output. */
export function connectStdio(attempt: Attempt): { cancel(): void } {
  const waiting = setImmediate(() => {
    const wire = take();
    if ('kind' in wire) attempt.onFailed(wire);
    else offer(wire, (offered) => attempt.onConnected(offered));
  });
  return { cancel: () => clearImmediate(waiting) };
}

function take(): StdioWire | Cause {
  if (taken) return TAKEN;
  try {
    const wire = new StdioWire();
    taken = true;
    return wire;
  } catch (error) {
    return causeOfThrown(error);
  }
}

function offer(wire: StdioWire, taker: (wire: Wire) => Sink | null): void {
  const sink = taker(wire);
  if (sink === null) wire.close();
  else wire.attach(sink);
}
