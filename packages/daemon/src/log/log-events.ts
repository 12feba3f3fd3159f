import type { ConnectionView, PortView, Reactor } from 'couplet';
import { errorFields } from './error-fields.ts';
import type { Log, LogFields } from './log.ts';
import { Refusals } from './refusals.ts';

/** What a port or connector belongs to. */
export interface Origin {
  /** The path of the service. */
  readonly service: string;
  /** The endpoint, as it is configured. */
  readonly listener: string;
}

/** Options of `logEvents`. */
export interface EventOptions {
  /** Whether there is a line `connection` for each connection that is gone. */
  readonly access: boolean;
  /** Tells what a port or connector belongs to, by its id in the reactor; undefined if that is not known. */
  readonly nameOf: (originId: number) => Origin | undefined;
}

/** What `logEvents` needs of a reactor. */
export interface Eventful extends Pick<Reactor, 'observe' | 'callLater'> {
  inspect(): { ports(): Iterable<Pick<PortView, 'id' | 'host' | 'listening'>> };
}

/**
 * Writes the events of a reactor to a log, one line each with its name in `event`: `listening` and `closed` with the host, `connection`
 * when one is gone, `connection.refused` and `error`. Of one cause at most ten refusals a second have a line each; when the second is
 * over, one line has the `count` of the others. Returns a function that ends it.
 */
export function logEvents(reactor: Eventful, log: Log, { access, nameOf }: EventOptions): () => void {
  const ports = new Map<string, number>();
  const namesOf = (origin: number | undefined): Origin | undefined =>
    origin === undefined ? undefined : nameOf(origin);
  const refusals = new Refusals(reactor, (by, count) => log.info({ event: 'connection.refused', by, count }));
  const listening = (host: string): void => {
    for (const port of reactor.inspect().ports()) if (port.listening && port.host === host) ports.set(host, port.id);
    log.info({ event: 'listening', ...namesOf(ports.get(host)), host });
  };
  const stop = reactor.observe({
    // A port gets its name only after this call.
    listening: ({ authority }) => void reactor.callLater(0, () => listening(authority)),
    stoppedListening({ authority: host }) {
      log.info({ event: 'closed', ...namesOf(ports.get(host)), host });
      ports.delete(host);
    },
    connectionRefused(peer, { code }, view) {
      const by = code.replace(/^COUPLET_/, '').toLowerCase();
      if (!refusals.count(by)) return;
      log.info({
        event: 'connection.refused',
        ...namesOf(view.origin),
        id: view.id,
        peer: peer.authority,
        ...viaOf(view),
        by,
      });
    },
    error({ who, where, error }) {
      const peer = / (?:at|for) (\S+)$/.exec(who)?.[1];
      log.error({ event: 'error', who, where, ...errorFields(error), ...(peer === undefined ? {} : { peer }) });
    },
    ...(access
      ? {
          connectionLost: (_transport: unknown, reason: Error, view: ConnectionView) =>
            log.info({ event: 'connection', ...namesOf(view.origin), ...lineOf(view), reason: reason.name }),
        }
      : {}),
  });
  return () => {
    stop();
    refusals.end();
  };
}

function lineOf(view: ConnectionView): LogFields {
  const { id, role, peer, durationMs, bytesIn, bytesOut } = view;
  const { version: tls } = view.tls ?? {};
  return {
    id,
    role,
    peer,
    ...viaOf(view),
    tls,
    ms: Math.round(durationMs),
    in: bytesIn,
    out: bytesOut,
  };
}

/** The address of the proxy that announced the peer. */
function viaOf({ proxy }: ConnectionView): LogFields {
  const { via } = proxy ?? {};
  return { via };
}
