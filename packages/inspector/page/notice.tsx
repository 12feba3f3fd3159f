import { useEffect, useState } from 'preact/hooks';
import type { Frame } from '../src/values/frame.ts';
import type { Link } from './stream.ts';
import { say } from './words.ts';

/** How late a frame may be before the page says so. */
const QUIET_MS = 900;

/** What the page has to say of itself: that it connects, what it needs, why it was refused, that nothing comes. */
export function Notice(props: {
  readonly link: Link;
  readonly frame: Frame | undefined;
  readonly every: number;
  readonly frames: number;
}) {
  const { link, frame, every, frames } = props;
  const passed = useSeconds(link, frames);
  switch (link.state) {
    case 'noToken':
      return <Wall title={say('noToken.title')} text={say('noToken.text')} />;
    case 'refused': {
      const again =
        link.retryInMs === undefined ? say('noToken.text') : say('refused.again', left(link.retryInMs, passed));
      return <Wall title={say('refused.title')} sentence={link.sentence} text={again} />;
    }
    case 'lost':
      return <Line kind="bad" text={say('link.lost', left(link.retryInMs, passed))} />;
    case 'paused':
      return <Line kind="note" text={say('link.paused')} />;
    case 'connecting':
      return frame === undefined || passed > 1 ? <Line kind="note" text={say('link.connecting')} /> : null;
    case 'live':
      return passed * 1000 > every * 1000 + QUIET_MS ? (
        <Line kind="bad" text={say('link.quiet', passed.toFixed(1))} />
      ) : null;
  }
}

function Wall({
  title,
  sentence,
  text,
}: {
  readonly title: string;
  readonly sentence?: string;
  readonly text: string;
}) {
  return (
    <section class="wall" role="alert">
      <h2>{title}</h2>
      {sentence !== undefined && <blockquote>{sentence}</blockquote>}
      <p>{text}</p>
    </section>
  );
}

function Line({ kind, text }: { readonly kind: 'note' | 'bad'; readonly text: string }) {
  return (
    <p class={`notice ${kind}`} role="status">
      {text}
    </p>
  );
}

function left(ms: number, passed: number): string {
  return Math.max(0, ms / 1000 - passed).toFixed(1);
}

/** Seconds since the last frame or change of the link. */
function useSeconds(link: Link, frames: number): number {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    const since = performance.now();
    setPassed(0);
    const timer = setInterval(() => setPassed((performance.now() - since) / 1000), 250);
    return () => clearInterval(timer);
  }, [link, frames]);
  return passed;
}
