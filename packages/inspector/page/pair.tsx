import type { Row } from '../src/values/frame.ts';
import { bytes } from './format.ts';
import type { Memory } from './memory.ts';
import { Waits } from './waits.tsx';
import { say } from './words.ts';

/** The marks of a queue: above the upper one its producer is paused, below the lower one it is resumed. */
const MARKS = [16 * 1024, 64 * 1024] as const;
/** What a column holds at least. */
const FULL = 80 * 1024;

/** A connection: its transport with the queue, its protocol, and what it waits for. */
export function Pair(props: {
  readonly row: Row;
  readonly memory: Memory;
  readonly gone?: boolean;
  readonly open?: (id: number) => void;
}) {
  const { row, memory, gone = false, open } = props;
  const { reads, writes } = gone ? { reads: 0, writes: 0 } : memory.chunks(row);
  const kind = gone ? 'pair collected' : memory.isNew(row.id) ? 'pair new' : 'pair';
  const whole = (
    <>
      <span class="transport">
        <Queue row={row} />
        <span class="ends">
          <b>
            {say('transport')} <span class="number">#{row.id}</span>
          </b>
          <small class="address" title={row.peer}>
            {row.peer ?? say('unknown')}
          </small>
        </span>
        <span class="flow">
          <Chunks kind="in" many={reads} total={row.bytesIn} />
          <Chunks kind="out" many={writes} total={row.bytesOut} />
        </span>
      </span>
      <span class="equals" aria-hidden="true" />
      <span class={row.protocol === undefined ? 'protocol none' : 'protocol'}>
        <b>{row.protocol ?? say('arriving')}</b>
        <small>
          {say('protocol')} · {row.state}
        </small>
      </span>
      <span class="why">
        {gone ? (
          <b>{say('collected')}</b>
        ) : (
          <>
            <small class="narrow">{say('waits')}</small>
            <Waits name={row.waiting} />
            {row.producer === 'paused' && <small class="w-peer">{say('paused.producer')}</small>}
          </>
        )}
      </span>
    </>
  );
  if (gone || open === undefined) return <div class={kind}>{whole}</div>;
  return (
    <button type="button" class={kind} data-row={row.id} onClick={() => open(row.id)}>
      {whole}
    </button>
  );
}

/** How high the column is. */
const HIGH = 48;

/** The queue as a column, with its two marks and the most that was in it. */
function Queue({ row }: { readonly row: Row }) {
  const { queued, maxQueued, limit } = row;
  const full = Math.max(FULL, queued * 1.1, Math.min(maxQueued, queued * 4));
  const y = (value: number): number => HIGH + 1 - (value / full) * (HIGH - 1);
  const most = say('queue.title', bytes(queued), bytes(maxQueued));
  const text = limit === undefined ? most : say('and', most, say('queue.limit', bytes(limit)));
  const [low, high] = [y(MARKS[0]), y(MARKS[1])];
  return (
    <svg
      class={queued > MARKS[1] || row.producer === 'paused' ? 'queue over' : 'queue'}
      viewBox={`0 0 86 ${HIGH + 2}`}
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <rect class="tank" x="1" y="1" width="22" height={HIGH} rx="2" />
      <rect class="level" x="2" y={y(queued)} width="20" height={HIGH + 1 - y(queued)} />
      {maxQueued > queued && maxQueued < full && <path class="most" d={`M2 ${y(maxQueued)}h20`} />}
      <path class="mark" d={`M17 ${low}h9M17 ${high}h9`} />
      <text class="mark" x="29" y={Math.min(low + 3.5, HIGH + 1)}>
        16k
      </text>
      {low - high > 22 && (
        <text class="mark" x="29" y={high + 3.5}>
          64k
        </text>
      )}
      <text class={queued === 0 ? 'mark' : 'amount'} x="29" y={(low + high) / 2 + 4}>
        {queued === 0 ? say('queue') : bytes(queued)}
      </text>
    </svg>
  );
}

/** How many chunks have come or gone since the last frame, with a pulse if any has. */
function Chunks({ kind, many, total }: { readonly kind: 'in' | 'out'; readonly many: number; readonly total: number }) {
  const title = say(`chunks.${kind}`, many);
  return (
    <span
      key={many > 0 ? `${kind} ${total}` : kind}
      class={many > 0 ? `chunks ${kind} pulse` : `chunks ${kind}`}
      title={title}
    >
      <i>{say(kind === 'in' ? 'column.bytesIn' : 'column.bytesOut')}</i>
      <span class="number">{bytes(total)}</span>
      <small class="number">{many > 0 ? `+${many}` : ''}</small>
    </span>
  );
}
