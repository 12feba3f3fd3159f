import { useEffect, useRef } from 'preact/hooks';
import { say, type Word } from './words.ts';

const KEYS: readonly (readonly [key: string, word: Word])[] = [
  ['1 – 4', 'keys.views'],
  ['/', 'keys.filter'],
  ['↑ ↓', 'keys.arrows'],
  ['Enter', 'keys.enter'],
  ['Esc', 'keys.escape'],
  ['s', 'keys.sort'],
  ['Space', 'keys.space'],
  ['?', 'keys.help'],
];

/** What the keys do. */
export function KeysDialog({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label={say('help')}>
      <h2>{say('help')}</h2>
      <dl>
        {KEYS.map(([key, word]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{say(word)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        {say('close')}
      </button>
    </dialog>
  );
}
