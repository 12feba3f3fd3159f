import { callbackName } from '../src/values/callback-name.ts';
import type { Frame } from '../src/values/frame.ts';
import { bytes, count, duration, percent } from './format.ts';
import type { Memory } from './memory.ts';
import { say } from './words.ts';

const RADIUS = 74;

/** The event loop: a dial whose hand rests on what the loop does, and its numbers. */
export function Loop({ memory, frame }: { readonly memory: Memory; readonly frame: Frame }) {
  const { totals, descriptors, rates, loop } = frame;
  const asleep = memory.asleep();
  const { listening, accepted, made } = descriptors;
  return (
    <section class="loop" aria-label={say('loop')}>
      <h2>{say('loop')}</h2>
      <Dial frame={frame} asleep={asleep} />
      <p class="sleep">
        <span>{say('asleep')}</span>
        <b class="number">{percent(asleep)}</b>
      </p>
      <svg class="share" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
        <rect class="busy" width="100" height="2" />
        <rect class="slept" width={asleep * 100} height="2" />
      </svg>
      <p class="descriptors">
        {say('descriptors', count(listening + accepted + made), count(listening), count(accepted))}
        {made > 0 && say('descriptors.made', count(made))}
      </p>
      <dl class="numbers">
        <dt>{say('late')}</dt>
        <dd>
          {duration(loop.lateMs.p99)} <small>{say('late.max', duration(loop.lateMs.max))}</small>
        </dd>
        <dt>{say('rates')}</dt>
        <dd>{say('and', say('perSecond', bytes(rates.bytesIn)), say('perSecond', bytes(rates.bytesOut)))}</dd>
        <dt>{say('accepts')}</dt>
        <dd>
          {say('perSecond', rates.accepted < 10 ? Math.round(rates.accepted * 10) / 10 : count(rates.accepted))}{' '}
          <small>{say('open.total', count(totals.accepted))}</small>
        </dd>
        <dt>{say('open')}</dt>
        <dd>
          {count(totals.open)} <small>{say('open.most', count(totals.most))}</small>
        </dd>
        <dt>{say('lost')}</dt>
        <dd>{count(totals.lost)}</dd>
        <dt>{say('timers')}</dt>
        <dd>{count(frame.timers)}</dd>
        <dt class={totals.errors > 0 ? 'bad' : ''}>{say('errors')}</dt>
        <dd class={totals.errors > 0 ? 'bad' : ''}>{count(totals.errors)}</dd>
      </dl>
      <Refused refused={totals.refused} />
    </section>
  );
}

/** Refusals by reason. */
export function Refused({ refused }: { readonly refused: Readonly<Record<string, number>> }) {
  const all = Object.entries(refused);
  if (all.length === 0) return null;
  return (
    <ul class="refusals">
      {all.map(([code, times]) => (
        <li key={code}>
          <b>{say('refused', count(times))}</b> <code>{code}</code>
        </li>
      ))}
    </ul>
  );
}

function Dial({ frame, asleep }: { readonly frame: Frame; readonly asleep: number }) {
  const held = frame.loop.held.at(-1);
  // It is shown for as long as it is the news of this frame or the one before.
  const isHeld = held !== undefined && frame.now - held.at < 2500;
  // One turn a second at most: however often frames come, the hand comes to rest.
  const moved = !isHeld && frame.rates.bytesIn + frame.rates.bytesOut + frame.rates.accepted > 0;
  const text = isHeld ? say('loop.isHeld', callbackName(held)) : say('loop.sleeps', percent(asleep));
  return (
    <svg class={isHeld ? 'dial held' : 'dial'} viewBox="-150 -112 300 224" role="img" aria-label={text}>
      <title>{text}</title>
      <circle class="ring" r={RADIUS} />
      {[0, 90, 180, 270].map((turn) => (
        <path key={turn} class="direction" d={`M-5 ${-RADIUS - 4} l7 4 l-7 4`} transform={`rotate(${turn + 45})`} />
      ))}
      <Station x={0} y={-RADIUS} name={say('loop.wait')} kind={isHeld ? '' : 'here'} />
      <Station x={RADIUS} y={0} name={say('loop.events')} kind="" />
      <Station x={0} y={RADIUS} name={say('loop.callback')} kind={isHeld ? 'stuck' : ''} />
      <Station x={-RADIUS} y={0} name={say('loop.flush')} kind="" />
      <g class="rest" transform={isHeld ? 'rotate(180)' : undefined}>
        <g key={moved ? Math.floor(frame.now / 1000) : 'rest'} class={moved ? 'hand turn' : 'hand'}>
          <path d={`M-4 12 L0 ${-RADIUS + 18} L4 12 Z`} />
        </g>
      </g>
      <circle class="hub" r="6" />
    </svg>
  );
}

function Station(props: { readonly x: number; readonly y: number; readonly name: string; readonly kind: string }) {
  const { x, y, name, kind } = props;
  const width = [...name].reduce((sum, letter) => sum + (letter > '\u2e80' ? 14 : 7.6), 22);
  return (
    <g class={`station ${kind}`} transform={`translate(${x} ${y})`}>
      <rect x={-width / 2} y="-13" width={width} height="26" rx="13" />
      <text y="4.5">{name}</text>
    </g>
  );
}
