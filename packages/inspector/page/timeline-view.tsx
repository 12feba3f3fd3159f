import { useRef, useState } from 'preact/hooks';
import { duration, percent } from './format.ts';
import { saveHtml, saveSvg, saveTrace } from './save.ts';
import { TAPE_MS } from './tape.ts';
import { TimelinePicture } from './timeline-picture.tsx';
import { useWidth } from './use-width.ts';
import type { ViewProps } from './view-props.ts';
import { say } from './words.ts';

/** Seconds that can be shown: in the last two, chunks stand apart. */
const WINDOWS = [TAPE_MS / 1000, 10, 2] as const;

/** The last minute: a lane for the thread and one for each connection. */
export function TimelineView({ tape, frame }: ViewProps) {
  const [seconds, setSeconds] = useState<number>(WINDOWS[0]);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const from = tape.to - seconds * 1000;
  const shown = Math.min(seconds * 1000, tape.to - tape.from);
  const busy = tape.busyMs(from);
  const name = `${frame.runtime}, Couplet`;
  return (
    <div class="timeline">
      <div class="bar">
        <fieldset aria-label={say('view.timeline')}>
          {WINDOWS.map((window) => (
            <button key={window} type="button" aria-pressed={window === seconds} onClick={() => setSeconds(window)}>
              {say('timeline.last', window)}
            </button>
          ))}
        </fieldset>
        <p>{shown > 0 && say('timeline.busy', duration(busy), duration(shown), percent(busy / shown))}</p>
        {tape.missed > 0 && <p class="bad">{say('timeline.missed', tape.missed)}</p>}
        <fieldset class="save" aria-label={say('save')}>
          <button type="button" onClick={() => saveSvg(box.current)}>
            {say('save')} SVG
          </button>
          <button type="button" onClick={() => saveHtml(box.current)}>
            HTML
          </button>
          <button type="button" onClick={() => saveTrace(tape.recording(name))}>
            {say('save.json')}
          </button>
        </fieldset>
      </div>
      <p class="keys">
        <span class="reads">{say('timeline.reads')}</span>
        <span class="writes">{say('timeline.writes')}</span>
        <span class="waiting">{say('timeline.waiting')}</span>
        <span class="red">{say('timeline.held')}</span>
      </p>
      <div class="lanes">
        <div ref={box}>
          {tape.to === 0 && <p class="nothing">{say('timeline.waitsHere')}</p>}
          {tape.to > 0 && width > 0 && <TimelinePicture tape={tape} from={from} width={width} />}
        </div>
      </div>
    </div>
  );
}
