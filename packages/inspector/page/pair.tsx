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
          <small class="address">{row.peer ?? say('unknown')}</small>
        </span>
        <span class="flow">
          <Chunks kind="in" many={reads} total={row.bytesIn} />
          <Chunks kind="out" many={writes} total={row.bytesOut} />
        </span>
      </span>
      <span class="equals" aria-hidden="true" />
      <span class={row.protocol === undefined ? 'protocol none' : 'protocol'}>
        <b>{row.protocol ?? say('arriving')}</b>
        <small>{row.state}</small>
      </span>
      <span class="why">
        {gone ? (
          <b>{say('collected')}</b>
        ) : (
          <>
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

/** The queue as a column, with its two marks and the most that was in it. */
function Queue({ row }: { readonly row: Row }) {
  const { queued, maxQueued, limit } = row;
  const full = Math.max(FULL, queued * 1.15, Math.min(maxQueued, queued * 4) * 1.05);
  const y = (value: number): number => 40 - (value / full) * 38;
  const text = `${say('queue.title', bytes(queued), bytes(maxQueued))}${limit === undefined ? '' : `; ${say('queue.limit', bytes(limit))}`}`;
  const level = queued > MARKS[1] ? 'queue over' : 'queue';
  return (
    <svg class={level} viewBox="0 0 74 42" role="img" aria-label={text}>
      <title>{text}</title>
      <rect class="tank" x="1" y="1" width="20" height="40" rx="2" />
      <rect class="level" x="2" y={y(queued)} width="18" height={Math.max(0, 40 - y(queued))} />
      {maxQueued > queued && maxQueued < full && <path class="most" d={`M2 ${y(maxQueued)} h18`} />}
      {MARKS.map((mark) => (
        <path key={mark} class="mark" d={`M16 ${y(mark)} h9`} />
      ))}
      <text class="mark" x="27" y={Math.min(y(MARKS[0]) + 3, 40)}>
        16k
      </text>
      {y(MARKS[0]) - y(MARKS[1]) > 9 && (
        <text class="mark" x="27" y={y(MARKS[1]) + 3}>
          64k
        </text>
      )}
      <text class="amount" x="27" y="23">
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
      <i aria-hidden="true">{kind === 'in' ? '▸' : '◂'}</i>
      <span class="number">{bytes(total)}</span>
      <small class="number">{many > 0 ? `+${many}` : ''}</small>
    </span>
  );
}
