import type { States } from './states.ts';

/** A word, except for those with which Mermaid begins something else than a state. */
const PLAIN = /^(?!(?:accDescr|accTitle|class|classDef|click|default|href|note|scale|state|style)$)[a-z]\w*$/i;

/**
 * Returns a machine as a state diagram for Mermaid (`stateDiagram-v2`), without a newline at the end. An arrow is labelled
 * `event / action`. A state without transitions leads to the end. Ignored events are left out.
 */
export function diagram(machine: { readonly initial: string; readonly states: States }): string {
  const names = Object.keys(machine.states);
  const id = (state: string): string => (PLAIN.test(state) ? state : `_${names.indexOf(state)}`);
  const lines = names.filter((state) => !PLAIN.test(state)).map((state) => `state "${state}" as ${id(state)}`);
  lines.push(`[*] --> ${id(machine.initial)}`);
  for (const [state, row] of Object.entries(machine.states)) {
    const arrows = Object.entries(row).flatMap(([event, transition]) => {
      if (transition === 'ignore') return [];
      const { to, call } = transition;
      return `${id(state)} --> ${id(to)}: ${event}${call === undefined ? '' : ` / ${call}`}`;
    });
    lines.push(...(arrows.length > 0 ? arrows : [`${id(state)} --> [*]`]));
  }
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n');
}
