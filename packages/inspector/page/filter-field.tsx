import { say } from './words.ts';

/** Where one types what rows have to contain. The key `/` leads there. */
export function FilterField(props: {
  readonly value: string;
  readonly hint: string;
  readonly change: (value: string) => void;
}) {
  return (
    <label>
      <span>{say('filter')}</span>
      <input
        type="search"
        value={props.value}
        placeholder={props.hint}
        aria-keyshortcuts="/"
        onInput={(event) => props.change(event.currentTarget.value)}
      />
    </label>
  );
}
