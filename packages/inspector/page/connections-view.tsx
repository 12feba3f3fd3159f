import { useState } from 'preact/hooks';
import type { Frame, Row } from '../src/values/frame.ts';
import type { SortKey } from '../src/values/query.ts';
import { ChosenPanel } from './chosen-panel.tsx';
import { FilterField } from './filter-field.tsx';
import { bytes, count, duration, rate } from './format.ts';
import { ROWS } from './settings.ts';
import type { ViewProps } from './view-props.ts';
import { Waits } from './waits.tsx';
import { say } from './words.ts';

interface Column {
  readonly sort: SortKey;
  /** Numbers stand at the right, and the largest comes first. */
  readonly number: boolean;
}

/** The columns, in the order in which `s` sorts by them. */
export const COLUMNS: readonly Column[] = [
  { sort: 'id', number: false },
  { sort: 'peer', number: false },
  { sort: 'port', number: false },
  { sort: 'protocol', number: false },
  { sort: 'state', number: false },
  { sort: 'waiting', number: false },
  { sort: 'inRate', number: true },
  { sort: 'outRate', number: true },
  { sort: 'bytesIn', number: true },
  { sort: 'bytesOut', number: true },
  { sort: 'queued', number: true },
  { sort: 'maxQueued', number: true },
  { sort: 'idle', number: true },
  { sort: 'age', number: true },
];

/** How high a row is in pixels, as in the style sheet. */
const HIGH = 30;
/** How many rows there are above and below those that are seen: the others are not made, as most numbers change each second. */
const BEYOND = 8;

/** All connections as a table, and one of them in detail. */
export function ConnectionsView({ frame, settings, change }: ViewProps) {
  const { sort, descending, filter, offset, id } = settings;
  const ports = new Map([
    ...frame.ports.map(({ id, host }) => [id, host] as const),
    ...frame.connectors.map(({ id, destination }) => [id, destination] as const),
  ]);
  const [first, setFirst] = useState(0);
  const shown = frame.rows.slice(first, first + Math.ceil(innerHeight / HIGH) + 2 * BEYOND);
  const scrolled = (top: number): void => setFirst(Math.max(0, Math.floor(top / HIGH / BEYOND) * BEYOND - BEYOND));
  const by = (column: Column): void =>
    change({ sort: column.sort, descending: column.sort === sort ? !descending : column.number, offset: 0 });
  return (
    <div class={id === undefined ? 'connections' : 'connections with-panel'}>
      <div class="list">
        <div class="bar">
          <FilterField
            value={filter}
            hint={say('filter.hint')}
            change={(text) => change({ filter: text, offset: 0 })}
          />
          <p class="number">{say('matching', count(frame.matching), count(frame.total))}</p>
          <Pages frame={frame} offset={offset} change={(next) => change({ offset: next })} />
        </div>
        <div class="scroll" onScroll={(event) => scrolled(event.currentTarget.scrollTop)}>
          <table aria-rowcount={frame.rows.length + 1}>
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th
                    key={column.sort}
                    scope="col"
                    class={column.number ? `n c-${column.sort}` : `c-${column.sort}`}
                    aria-sort={column.sort === sort ? (descending ? 'descending' : 'ascending') : 'none'}
                  >
                    <button type="button" onClick={() => by(column)}>
                      {say(column.sort === 'waiting' ? 'waits' : `column.${column.sort}`)}
                      <i aria-hidden="true">{column.sort === sort ? (descending ? '▾' : '▴') : ''}</i>
                    </button>
                  </th>
                ))}
                <th scope="col" class="c-tls">
                  TLS
                </th>
              </tr>
            </thead>
            <tbody
              style={{
                paddingTop: `${first * HIGH}px`,
                paddingBottom: `${Math.max(0, frame.rows.length - first - shown.length) * HIGH}px`,
              }}
            >
              {shown.map((row, at) => (
                <TableRow
                  key={row.id}
                  row={row}
                  index={first + at + 2}
                  port={ports.get(row.origin) ?? say('unknown')}
                  chosen={row.id === id}
                  choose={() => change({ id: row.id === id ? undefined : row.id })}
                />
              ))}
            </tbody>
          </table>
          {frame.rows.length === 0 && <p class="nothing">{say(frame.total === 0 ? 'empty' : 'none.match')}</p>}
        </div>
      </div>
      {id !== undefined && <ChosenPanel id={id} chosen={frame.chosen} close={() => change({ id: undefined })} />}
    </div>
  );
}

function Pages(props: { readonly frame: Frame; readonly offset: number; readonly change: (offset: number) => void }) {
  const { frame, offset, change } = props;
  if (frame.matching <= ROWS && offset === 0) return null;
  return (
    <p class="pages">
      <span class="number">
        {say('shown', count(frame.rows.length === 0 ? 0 : offset + 1), count(offset + frame.rows.length))}
      </span>
      <button type="button" disabled={offset === 0} onClick={() => change(Math.max(0, offset - ROWS))}>
        {say('before')}
      </button>
      <button type="button" disabled={offset + ROWS >= frame.matching} onClick={() => change(offset + ROWS)}>
        {say('after')}
      </button>
    </p>
  );
}

function TableRow(props: {
  readonly row: Row;
  readonly index: number;
  readonly port: string;
  readonly chosen: boolean;
  readonly choose: () => void;
}) {
  const { row, index, port, chosen, choose } = props;
  return (
    <tr
      tabIndex={0}
      data-row={row.id}
      aria-rowindex={index}
      aria-selected={chosen}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key === 'Enter') choose();
      }}
    >
      <td class="c-id">#{row.id}</td>
      <td class="c-peer" title={row.peer}>
        {row.peer ?? say('unknown')}
      </td>
      <td class="c-port" title={port}>
        {port}
      </td>
      <td class="c-protocol" title={row.protocol}>
        {row.protocol ?? say('arriving')}
      </td>
      <td class="c-state">{row.state}</td>
      <td class="c-waiting">
        <Waits name={row.waiting} />
      </td>
      <td class="n">{rate(row.inRate)}</td>
      <td class="n">{rate(row.outRate)}</td>
      <td class="n c-bytesIn">{bytes(row.bytesIn)}</td>
      <td class="n c-bytesOut">{bytes(row.bytesOut)}</td>
      <td class={row.queued > 65_536 ? 'n w-peer' : 'n'}>{row.queued === 0 ? '' : bytes(row.queued)}</td>
      <td class="n c-maxQueued">{row.maxQueued === 0 ? '' : bytes(row.maxQueued)}</td>
      <td class="n c-idle">{row.idleMs === undefined ? '' : duration(row.idleMs)}</td>
      <td class="n">{duration(row.ageMs)}</td>
      <td class="c-tls">{row.secure ? say('yes') : ''}</td>
    </tr>
  );
}
