import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { ViewName } from '../src/values/query.ts';
import { COLUMNS, ConnectionsView } from './connections-view.tsx';
import { EventsView } from './events-view.tsx';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { Memory } from './memory.ts';
import { Notice } from './notice.tsx';
import { ReactorView } from './reactor-view.tsx';
import { moveRow } from './rows.ts';
import { initialSettings, keep, queryOf, type Settings, VIEWS } from './settings.ts';
import { FrameStream, type Link } from './stream.ts';
import { Tape } from './tape.ts';
import { TimelineView } from './timeline-view.tsx';
import { speak } from './words.ts';

/** The page. */
export function App({ token }: { readonly token: string | undefined }) {
  const [settings, setSettings] = useState(initialSettings);
  const [link, setLink] = useState<Link>({ state: token === undefined ? 'noToken' : 'connecting' });
  const [help, setHelp] = useState(false);
  const [, redraw] = useReducer((frames: number, _: unknown) => frames + 1, 0);
  const [memory, tape] = useMemo(() => [new Memory(), new Tape()] as const, []);
  const stream = useRef<FrameStream>(undefined);
  const change = (changed: Partial<Settings>): void => setSettings((before) => ({ ...before, ...changed }));

  speak(settings.language);
  document.documentElement.setAttribute('data-scheme', settings.scheme);

  useEffect(() => {
    if (token === undefined) return;
    const listener = {
      frame: (frame: Parameters<Memory['take']>[0]) => {
        memory.take(frame);
        tape.take(frame);
        setLink({ state: 'live' });
        redraw(undefined);
      },
      link: setLink,
    };
    stream.current = new FrameStream(listener, token);
    return () => stream.current?.close();
  }, [token, memory, tape]);

  const query = queryOf(settings);
  useEffect(() => {
    if (settings.paused) {
      stream.current?.close();
      if (token !== undefined) setLink({ state: 'paused' });
      return;
    }
    if (token !== undefined) setLink({ state: 'connecting' });
    memory.turn(settings.view);
    stream.current?.open(query);
  }, [query, settings.view, settings.paused, token, memory]);

  useEffect(() => {
    memory.forget();
    tape.forget();
  }, [settings.slot, memory, tape]);
  useEffect(() => keep(settings), [settings]);

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const done = press(event, settings, change, setHelp);
      if (done) event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [settings]);

  const View = { reactor: ReactorView, connections: ConnectionsView, timeline: TimelineView, events: EventsView }[
    settings.view
  ];
  const silent = link.state === 'noToken' || (link.state === 'refused' && memory.frame === undefined);
  return (
    <>
      <Header frame={memory.frame} settings={settings} change={change} help={() => setHelp(true)} />
      <main>
        <Notice link={link} frame={memory.frame} every={settings.every} frames={memory.frames} />
        {!silent && memory.frame !== undefined && (
          <div id="view" role="tabpanel" aria-labelledby={`tab-${settings.view}`}>
            <View memory={memory} tape={tape} frame={memory.frame} settings={settings} change={change} />
          </div>
        )}
      </main>
      <Footer memory={memory} link={link} />
      {help && <KeysDialog close={() => setHelp(false)} />}
    </>
  );
}

/** Does what a key stands for; false if it stands for nothing here. */
function press(
  event: KeyboardEvent,
  settings: Settings,
  change: (changed: Partial<Settings>) => void,
  setHelp: (shown: boolean) => void,
): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (event.key === 'Escape') {
    if (target instanceof HTMLInputElement) target.blur();
    else if (settings.id !== undefined) change({ id: undefined });
    else return false;
    return true;
  }
  if (target.matches('input, select')) return false;
  const view: ViewName | undefined = VIEWS[Number(event.key) - 1];
  if (view !== undefined) {
    change({ view });
    return true;
  }
  switch (event.key) {
    case '/': {
      const filter = document.querySelector<HTMLElement>('input[type=search]');
      if (filter === null) change({ view: 'connections' });
      filter?.focus();
      return true;
    }
    case '?':
      setHelp(true);
      return true;
    case 's': {
      if (settings.view !== 'connections') return false;
      const next = COLUMNS[(COLUMNS.findIndex(({ sort }) => sort === settings.sort) + 1) % COLUMNS.length];
      if (next !== undefined) change({ sort: next.sort, descending: next.number, offset: 0 });
      return true;
    }
    case ' ':
      if (target.matches('button, summary, a')) return false;
      change({ paused: !settings.paused });
      return true;
    case 'ArrowDown':
      return moveRow(1);
    case 'ArrowUp':
      return moveRow(-1);
    default:
      return false;
  }
}
