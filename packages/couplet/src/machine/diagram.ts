import type { States } from './states.ts';

/** Words, except those by which Mermaid begins something else than a state. */
const PLAIN = /^(?!(?:accDescr|accTitle|class|classDef|click|default|href|note|scale|state|style)$)[a-z]\w*$/i;

/**
 * The picture of a machine as a state diagram for Mermaid (`stateDiagram-v2`), without a newline at the end. An arrow
 * says `event / action`; a state that nothing leads out of ends it. What is ignored is left out.
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
