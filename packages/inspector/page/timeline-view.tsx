import type { ViewProps } from './view-props.ts';
import { say } from './words.ts';

/** The last minute: a lane for each connection, and one for the thread. */
export function TimelineView({ tape }: ViewProps) {
  const run = tape.run('reactor');
  if (run === undefined) return <p class="nothing">{say('timeline.waitsHere')}</p>;
  const wide = 1000;
  const x = (at: number): number => 140 + (at / Math.max(run.endMs, 1)) * (wide - 150);
  return (
    <svg class="timeline" viewBox={`0 0 ${wide} ${run.lanes.length * 30 + 40}`}>
      {run.callbacks.map((callback) => (
        <rect
          key={`${callback.at} ${callback.name}`}
          class={callback.ms >= 10 ? 'held' : 'callback'}
          x={x(callback.at)}
          y="4"
          width={Math.max(0.5, x(callback.at + callback.ms) - x(callback.at))}
          height="20"
        >
          <title>{callback.name}</title>
        </rect>
      ))}
      {run.lanes.map((lane, at) => (
        <g key={lane.number} transform={`translate(0 ${at * 30 + 40})`}>
          <text x="4" y="4">
            #{lane.number} {lane.name}
          </text>
          <path d={lane.chunks.map((chunk) => `M${x(chunk.at)} 0 v${chunk.direction === 'in' ? -10 : 10}`).join('')} />
        </g>
      ))}
    </svg>
  );
}
