import { useState } from 'preact/hooks';
import { callbackName } from '../src/values/callback-name.ts';
import type { InspectorEvent } from '../src/values/frame.ts';
import { FilterField } from './filter-field.tsx';
import { clock, count, duration, place } from './format.ts';
import type { ViewProps } from './view-props.ts';
import { say } from './words.ts';

/** How many events are shown. */
const SHOWN = 300;

/** What has happened, the newest first. */
export function EventsView({ memory, frame }: ViewProps) {
  const [filter, setFilter] = useState('');
  const [trouble, setTrouble] = useState(false);
  const all = memory.events
    .filter((event) => !trouble || isTrouble(event))
    .map((event) => ({ event, text: textOf(event) }))
    .filter(({ text }) => text.toLowerCase().includes(filter.toLowerCase()))
    .slice(0, SHOWN);
  return (
    <div class="events">
      <div class="bar">
        <FilterField value={filter} hint={say('filter.events')} change={setFilter} />
        <fieldset aria-label={say('view.events')}>
          <button type="button" aria-pressed={!trouble} onClick={() => setTrouble(false)}>
            {say('events.all')}
          </button>
          <button type="button" aria-pressed={trouble} onClick={() => setTrouble(true)}>
            {say('events.trouble')}
          </button>
        </fieldset>
        {memory.eventsMissed > 0 && <p class="bad">{say('events.missed', count(memory.eventsMissed))}</p>}
      </div>
      {all.length === 0 && <p class="nothing">{say('events.none')}</p>}
      <ol>
        {all.map(({ event, text }) => (
          <li key={event.number} class={`event k-${event.kind}${isTrouble(event) ? ' trouble' : ''}`}>
            <time class="number">{clock(event.at - frame.since, true)}</time>
            <span class="kind">{say(`kind.${event.kind}`)}</span>
            <What event={event} text={text} />
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What happened in words; an error with its stack behind it, a held loop with what that means. */
function What({ event, text }: { readonly event: InspectorEvent; readonly text: string }) {
  const more = event.kind === 'error' ? event.stack : event.kind === 'slow' ? say('event.slow.why') : undefined;
  if (more === undefined)
    return (
      <p class="text" tabIndex={-1} data-row="">
        {text}
      </p>
    );
  return (
    <details class="text">
      <summary data-row="">{text}</summary>
      {event.kind === 'error' ? <pre>{more}</pre> : <p>{more}</p>}
    </details>
  );
}

function isTrouble(event: InspectorEvent): boolean {
  if (event.kind === 'lost') return !event.orderly;
  if (event.kind === 'attempt') return event.reason !== undefined;
  return event.kind === 'refused' || event.kind === 'slow' || event.kind === 'error';
}

/** An event as a sentence. */
function textOf(event: InspectorEvent): string {
  switch (event.kind) {
    case 'listening':
    case 'stoppedListening':
      return say(`event.${event.kind}`, event.host);
    case 'made':
      return say('event.made', event.connection, event.protocol, place(event.peer));
    case 'lost':
      return say('event.lost', event.connection, event.protocol ?? say('arriving'), place(event.peer), event.reason);
    case 'refused':
      return say('event.refused', event.peer, event.reason, event.code);
    case 'attempt': {
      const state = say(event.state === 'waiting' ? 'attempt.waiting' : `connector.${event.state}`);
      return say(
        'event.attempt',
        event.destination,
        event.reason === undefined ? state : say('and', state, event.reason),
      );
    }
    case 'slow': {
      const { callback } = event;
      const of = callback.connection === undefined ? '' : say('held.of', callback.connection);
      return `${say('held.line', callbackName(callback), duration(callback.ms))}${of}`;
    }
    case 'error':
      return say('event.error', event.who, event.where, event.reason);
  }
}
