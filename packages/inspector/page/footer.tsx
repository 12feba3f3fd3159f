import type { SlowCallback } from 'couplet';
import { callbackName } from '../src/values/callback-name.ts';
import { duration } from './format.ts';
import type { Memory } from './memory.ts';
import type { Link } from './stream.ts';
import { say } from './words.ts';

/** For how long after it a held loop stands in red. */
const FRESH_MS = 15_000;

/** The last callback that held the loop, and what was dropped. */
export function Footer({ memory, link }: { readonly memory: Memory; readonly link: Link }) {
  const { frame } = memory;
  if (frame === undefined) return null;
  const held = frame.loop.held.at(-1);
  return (
    <footer class="foot">
      <p class={held !== undefined && frame.now - held.at < FRESH_MS ? 'held fresh' : 'held'} role="status">
        {held === undefined ? say('held.none') : <HeldLine held={held} now={frame.now} />}
      </p>
      <p class="dropped">{memory.dropped > 0 && say('link.dropped', memory.dropped)}</p>
      <p class={`link ${link.state}`}>{link.state === 'live' ? say('link.live') : ''}</p>
    </footer>
  );
}

function HeldLine({ held, now }: { readonly held: SlowCallback; readonly now: number }) {
  return (
    <>
      <b>{say('held')}</b> {say('held.line', callbackName(held), duration(held.ms))}
      {held.connection !== undefined && say('held.of', held.connection)}
      <span class="ago">{say('held.ago', duration(Math.max(0, now - held.at)))}</span>
    </>
  );
}
