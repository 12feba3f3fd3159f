import type { Frame } from '../src/values/frame.ts';
import { clock } from './format.ts';
import { RATES, SCHEMES, type Settings, VIEWS } from './settings.ts';
import { say } from './words.ts';

/** What runs, the views, and what can be set. */
export function Header(props: {
  readonly frame: Frame | undefined;
  readonly settings: Settings;
  readonly change: (changed: Partial<Settings>) => void;
  readonly help: () => void;
}) {
  const { frame, settings, change } = props;
  const beside = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: VIEWS.length - 1 }[event.key];
    const view = by === undefined ? undefined : VIEWS[(VIEWS.indexOf(settings.view) + by) % VIEWS.length];
    if (view === undefined) return;
    change({ view });
    document.getElementById(`tab-${view}`)?.focus();
  };
  return (
    <header class="head">
      <h1>
        <svg viewBox="0 0 26 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" />
          <circle cx="18" cy="8" r="6" />
        </svg>
        Couplet
      </h1>
      <p class="what">
        {frame !== undefined && (
          <>
            <b>{frame.runtime}</b>
            <span class="number">{frame.running ? say('up', clock(frame.now - frame.since)) : say('stopped')}</span>
          </>
        )}
      </p>
      <div class="tabs" role="tablist" aria-label={say('views')} onKeyDown={beside}>
        {VIEWS.map((view, at) => (
          <button
            key={view}
            id={`tab-${view}`}
            type="button"
            role="tab"
            aria-selected={view === settings.view}
            aria-controls="view"
            aria-keyshortcuts={String(at + 1)}
            tabIndex={view === settings.view ? 0 : -1}
            onClick={() => change({ view })}
          >
            {say(`view.${view}`)}
          </button>
        ))}
      </div>
      <div class="tools">
        <Processes {...props} />
        <select
          aria-label={say('rate')}
          title={say('rate')}
          value={settings.every}
          onChange={(event) => change({ every: Number(event.currentTarget.value) })}
        >
          {RATES.map((every) => (
            <option key={every} value={every}>
              {say('rate.each', every)}
            </option>
          ))}
        </select>
        <select
          aria-label={say('scheme')}
          title={say('scheme')}
          value={settings.scheme}
          onChange={({ currentTarget: { value } }) =>
            change({ scheme: SCHEMES.find((one) => one === value) ?? 'auto' })
          }
        >
          {SCHEMES.map((scheme) => (
            <option key={scheme} value={scheme}>
              {say(`scheme.${scheme}`)}
            </option>
          ))}
        </select>
        <fieldset class="languages" aria-label={say('language')}>
          <button
            type="button"
            lang="zh-CN"
            aria-pressed={settings.language === 'zh'}
            onClick={() => change({ language: 'zh' })}
          >
            中文
          </button>
          <button
            type="button"
            lang="en"
            aria-pressed={settings.language === 'en'}
            onClick={() => change({ language: 'en' })}
          >
            en
          </button>
        </fieldset>
        <button
          type="button"
          aria-pressed={settings.paused}
          aria-keyshortcuts="Space"
          onClick={() => change({ paused: !settings.paused })}
        >
          {say(settings.paused ? 'resume' : 'pause')}
        </button>
        <button type="button" aria-label={say('help')} title={say('help')} aria-keyshortcuts="?" onClick={props.help}>
          ?
        </button>
      </div>
    </header>
  );
}

/** A chooser of processes, where there are several. */
function Processes({
  frame,
  change,
}: {
  readonly frame: Frame | undefined;
  readonly change: (changed: Partial<Settings>) => void;
}) {
  const processes = frame?.processes ?? [];
  if (processes.length === 0) return null;
  return (
    <select
      aria-label={say('process')}
      title={say('process')}
      value={processes.find(({ shown }) => shown)?.slot}
      onChange={(event) => change({ slot: Number(event.currentTarget.value), id: undefined })}
    >
      {processes.map(({ slot, pid }) => (
        <option key={slot} value={slot}>
          {say('process.choice', slot, pid)}
        </option>
      ))}
    </select>
  );
}
