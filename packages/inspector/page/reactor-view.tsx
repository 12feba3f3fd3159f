import type { ConnectorView, Details } from 'couplet';
import type { Frame, PortFrame, Row } from '../src/values/frame.ts';
import { count, duration } from './format.ts';
import { Loop, Refused } from './loop.tsx';
import type { Memory } from './memory.ts';
import { Pair } from './pair.tsx';
import { Squares } from './squares.tsx';
import type { ViewProps } from './view-props.ts';
import { say } from './words.ts';

/** The loop at the left; at the right the ports and connectors, each with its factory and its pairs of transport and protocol. */
export function ReactorView({ memory, frame, change }: ViewProps) {
  const open = (id: number): void => change({ view: 'connections', id });
  const leftOut = frame.portsLeftOut + frame.connectorsLeftOut;
  return (
    <div class="reactor">
      <Loop memory={memory} frame={frame} />
      <div class="ports">
        {frame.ports.map((port) => (
          <Port key={port.id} port={port} memory={memory} frame={frame} open={open} />
        ))}
        {frame.connectors.map((connector) => (
          <Connector key={connector.id} connector={connector} memory={memory} frame={frame} open={open} />
        ))}
        {leftOut > 0 && <p class="nothing">{say('timeline.missed', leftOut)}</p>}
        {frame.ports.length + frame.connectors.length === 0 && <p class="nothing">{say('no.ports')}</p>}
      </div>
    </div>
  );
}

interface CardProps {
  readonly memory: Memory;
  readonly frame: Frame;
  readonly open: (id: number) => void;
}

function Port({ port, memory, frame, open }: CardProps & { readonly port: PortFrame }) {
  const rows = rowsOf(frame, port.id);
  const squares = port.squares ?? '';
  return (
    <section class="port" aria-label={`${say('port')} ${port.host}`}>
      <div class="pairs">
        <div class={memory.hasAccepted(port.id) ? 'socket accepted' : 'socket'} key={`${port.id}`}>
          <span class={port.listening ? 'lamp' : 'lamp off'} aria-hidden="true" />
          <b class="address">{port.host}</b>
          <small>{port.listening ? say('socket') : say('draining')}</small>
        </div>
        <div class="factory">
          <b>{port.factory}</b>
          <small>{say('factory')}</small>
        </div>
        <span class="why">{squares === '' && port.connections > 0 && <small>{say('waits')}</small>}</span>
        <Limits port={port} />
        {squares !== '' && <Squares letters={squares} />}
        {rows.map((row) => (
          <Pair key={row.id} row={row} memory={memory} open={open} />
        ))}
        {squares === '' &&
          memory.goneOf(port.id).map((row) => <Pair key={row.id} row={row} memory={memory} gone={true} />)}
        {port.connections === 0 && <p class="nothing">{say('empty.port', ncOf(port.host))}</p>}
      </div>
    </section>
  );
}

/** The limits of a port as current, most, limit and total, what it refused, and its other policies. */
function Limits({ port }: { readonly port: PortFrame }) {
  const { totals, policies } = port;
  const limit = policies.find(({ policy }) => policy === 'limitConnections') ?? {};
  const { max } = limit;
  const others = policies.filter((policy) => policy !== limit);
  return (
    <div class="limits">
      <b class="number">{max === undefined ? count(totals.open) : say('now.of', count(totals.open), max)}</b>{' '}
      {say('open')}
      <span>{say('open.most', count(totals.most))}</span>
      <span>{say('open.total', count(totals.accepted))}</span>
      {others.map((policy, at) => (
        <Facts key={`${at}`} facts={policy} />
      ))}
      {totals.errors > 0 && (
        <span class="bad">
          {say('errors')} {count(totals.errors)}
        </span>
      )}
      <Refused refused={totals.refused} />
      {port.facts !== undefined && <Facts facts={port.facts} />}
    </div>
  );
}

/** Names and values in one line; the name of a policy stands by itself. */
function Facts({ facts }: { readonly facts: Details }) {
  const words = Object.entries(facts).map(([name, value]) => (name === 'policy' ? value : `${name} ${value}`));
  return <code>{words.join(' ')}</code>;
}

function Connector({ connector, memory, frame, open }: CardProps & { readonly connector: ConnectorView }) {
  const { id, destination, state, attempts, retryInMs } = connector;
  return (
    <section class="port" aria-label={`${say('connector')} ${destination}`}>
      <div class="pairs">
        <div class="socket">
          <span class={state === 'connected' ? 'lamp' : 'lamp off'} aria-hidden="true" />
          <b class="address">{destination}</b>
          <small>{say('connector')}</small>
        </div>
        <div class="limits">
          <b>{say(`connector.${state}`, duration(retryInMs ?? 0))}</b>
          <span>{say('attempts', attempts)}</span>
        </div>
        {rowsOf(frame, id).map((row) => (
          <Pair key={row.id} row={row} memory={memory} open={open} />
        ))}
        {memory.goneOf(id).map((row) => (
          <Pair key={row.id} row={row} memory={memory} gone={true} />
        ))}
      </div>
    </section>
  );
}

/** What `nc` takes to connect to an address. */
function ncOf(host: string): string {
  return host.replace(/^\//, '-U /').replace(/^\[?(.*?)\]?:(\d+)$/, '$1 $2');
}

/** The connections of a port or connector. */
function rowsOf(frame: Frame, origin: number): Row[] {
  return frame.rows.filter((row) => row.origin === origin);
}
