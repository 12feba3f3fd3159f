import type { Details } from 'couplet';
import { useState } from 'preact/hooks';
import type { Chosen, Passed } from '../src/values/frame.ts';
import { bytes, count, duration } from './format.ts';
import { LifeCycle } from './life-cycle.tsx';
import { Waits } from './waits.tsx';
import { say } from './words.ts';

/** A connection in detail: what it is, where in its life it stands, how to ask the kernel, and its last bytes. */
export function ChosenPanel(props: {
  readonly id: number;
  readonly chosen: Chosen | null | undefined;
  readonly close: () => void;
}) {
  const { id, chosen, close } = props;
  return (
    <aside class="panel" aria-label={say('chosen', id)}>
      <header>
        <h2>{say('chosen', id)}</h2>
        <button type="button" onClick={close} aria-keyshortcuts="Escape">
          {say('close')}
        </button>
      </header>
      {chosen === null && <p class="nothing">{say('chosen.gone')}</p>}
      {chosen !== null && chosen !== undefined && <Whole chosen={chosen} />}
    </aside>
  );
}

function Whole({ chosen }: { readonly chosen: Chosen }) {
  const { producer, tls, proxy, facts, tcp, credentials, ss, payload } = chosen;
  const read = say('with', bytes(chosen.bytesIn), say('chunks.in', count(chosen.reads)));
  const written = say('with', bytes(chosen.bytesOut), say('chunks.out', count(chosen.writes)));
  return (
    <>
      <dl class="facts">
        <Fact name={say('protocol')} value={chosen.protocol ?? say('arriving')} />
        <Fact name={say('factory')} value={chosen.factory} />
        <Fact name={say('host')} value={chosen.host} />
        <Fact name={say('peer')} value={chosen.peer ?? say('unknown')} />
        <Fact name={say('since')} value={duration(chosen.durationMs)} />
        <Fact name={say('traffic')} value={say('and', read, written)} />
        <Fact name={say('queue')} value={queueOf(chosen)} />
        {producer !== undefined && <Fact name={say('producer')} value={producer} />}
        <Group name={say('peer')} details={{ ...credentials }} />
        <Group name="TCP" details={tcp} />
        <Group name="TLS" details={tls} />
        <Group name="PROXY" details={proxy} />
        <Group name={say('facts')} details={facts} />
      </dl>
      <h3>{say('life')}</h3>
      <LifeCycle state={chosen.state} />
      <p class="state">
        <b>{chosen.state}</b> {say(`state.${chosen.state}`)} <Waits name={chosen.waiting} />
      </p>
      {ss !== undefined && <Kernel line={ss} />}
      {payload !== undefined && payload.length > 0 && <Payload payload={payload} />}
    </>
  );
}

function queueOf({ queued, maxQueued, limit }: Chosen): string {
  const all = say('and', bytes(queued), say('open.most', bytes(maxQueued)));
  return limit === undefined ? all : say('and', all, say('queue.limit', bytes(limit)));
}

function Fact({ name, value }: { readonly name: string; readonly value: string | number }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Group({ name, details }: { readonly name: string; readonly details: Details | undefined }) {
  return (
    <>
      {Object.entries(details ?? {}).map(([key, value]) => (
        <Fact key={key} name={`${name} · ${key}`} value={value} />
      ))}
    </>
  );
}

/** The line for a shell, with a button that copies it. */
function Kernel({ line }: { readonly line: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
  };
  return (
    <section class="kernel">
      <h3>{say('kernel.title')}</h3>
      <p>{say('kernel.text')}</p>
      <p class="shell">
        <code>{line}</code>
        <button type="button" onClick={() => void copy().catch(() => setCopied(false))}>
          {say(copied ? 'copied' : 'copy')}
        </button>
      </p>
    </section>
  );
}

function Payload({ payload }: { readonly payload: readonly Passed[] }) {
  return (
    <section class="payload">
      <h3>
        {say('payload')} <span class="in">{say('column.bytesIn')} ▸</span>{' '}
        <span class="out">{say('column.bytesOut')} ◂</span>
      </h3>
      <pre>
        {payload.map((passed, at) => (
          <span key={`${passed.at} ${at}`} class={passed.direction}>
            {passed.direction === 'in' ? '▸ ' : '◂ '}
            {textOf(passed.base64)}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n\n  ', '\t': '\\t' };

/** The bytes as text, control characters escaped. */
function textOf(base64: string): string {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const escaped = (letter: string): string =>
    ESCAPES[letter] ?? `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return new TextDecoder()
    .decode(data)
    .replace(/\p{Cc}/gu, escaped)
    .trimEnd();
}
