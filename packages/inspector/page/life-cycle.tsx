import type { ConnectionState } from 'couplet';

/**
 * Where each state stands, in columns and rows, and where it leads to: what ends in order above, what ends at once below. From each state an
 * abort leads to `aborting` as well.
 */
const STATES: Readonly<Record<ConnectionState, readonly [column: number, row: number, ...next: ConnectionState[]]>> = {
  arriving: [0, 1, 'open'],
  open: [1, 1, 'shutting', 'writing', 'closing', 'broken'],
  shutting: [2, 0, 'reading'],
  reading: [3, 0, 'leaving'],
  writing: [2, 1, 'finishing'],
  closing: [2, 2, 'lingering', 'finishing'],
  lingering: [3, 2, 'leaving'],
  finishing: [3, 1, 'leaving'],
  leaving: [4, 1, 'gone'],
  broken: [1, 3, 'delivering'],
  aborting: [4, 3, 'gone'],
  delivering: [2, 3, 'concluding'],
  concluding: [3, 3, 'gone'],
  gone: [4, 2],
};

const [WIDE, HIGH, STEP_X, STEP_Y] = [70, 22, 82, 40] as const;

/** The life of a connection as a diagram, with its state marked. */
export function LifeCycle({ state }: { readonly state: ConnectionState }) {
  return (
    <svg class="life" viewBox={`0 0 ${STEP_X * 4 + WIDE + 2} ${STEP_Y * 3 + HIGH + 2}`} role="img" aria-label={state}>
      <title>{state}</title>
      <defs>
        <marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto">
          <path d="M0 0 6 3 0 6z" />
        </marker>
      </defs>
      {Object.entries(STATES).map(([name, from]) => (
        <path key={name} class={name === state ? 'way next' : 'way'} d={waysFrom(from).join('')} />
      ))}
      {Object.entries(STATES).map(([name, [column, row]]) => (
        <g
          key={name}
          class={name === state ? 'here' : ''}
          transform={`translate(${column * STEP_X + 1} ${row * STEP_Y + 1})`}
        >
          <rect width={WIDE} height={HIGH} rx="4" />
          <text x={WIDE / 2} y={HIGH / 2 + 4}>
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** The lines from a state to those that follow. */
function waysFrom([column, row, ...next]: (typeof STATES)[ConnectionState]): string[] {
  return next.map((to) => pathOf([column, row], STATES[to]));
}

/** A line from the edge of one state to that of another. */
function pathOf(
  [column, row]: readonly [number, number],
  [toColumn, toRow]: readonly [number, number, ...ConnectionState[]],
): string {
  const middle = (at: number): number => at * STEP_Y + HIGH / 2 + 1;
  if (column === toColumn) {
    const down = toRow > row;
    const x = column * STEP_X + WIDE / 2;
    return `M${x} ${middle(row) + (down ? HIGH / 2 : -HIGH / 2)} V${middle(toRow) - (down ? HIGH / 2 : -HIGH / 2)}`;
  }
  const [from, to] = [column * STEP_X + WIDE + 1, toColumn * STEP_X + 1];
  const half = (from + to) / 2;
  return `M${from} ${middle(row)} C${half} ${middle(row)} ${half} ${middle(toRow)} ${to} ${middle(toRow)}`;
}
