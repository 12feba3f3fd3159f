import type { Recording } from '../src/timeline/recording.ts';
import { traceOf } from '../src/timeline/trace.ts';

/** Saves the picture in an element as a file of its own. */
export function saveSvg(around: Element | null): void {
  const svg = wholeOf(around);
  if (svg !== undefined) save('couplet-timeline.svg', 'image/svg+xml', svg);
}

/** Saves the picture in an element as a page. */
export function saveHtml(around: Element | null): void {
  const svg = wholeOf(around);
  const head = '<!doctype html><meta charset="utf-8"><title>Couplet</title>';
  if (svg !== undefined) save('couplet-timeline.html', 'text/html', head + svg);
}

/** Saves a recording as a trace that ui.perfetto.dev opens. */
export function saveTrace(recording: Recording): void {
  save('couplet-trace.json', 'application/json', JSON.stringify(traceOf(recording)));
}

/** The picture with the styles that it has in the page, and in the colours of now. */
function wholeOf(around: Element | null): string | undefined {
  const picture = around?.querySelector('svg');
  if (picture === null || picture === undefined) return undefined;
  const copy = picture.cloneNode(true);
  if (!(copy instanceof SVGElement)) return undefined;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules].map(({ cssText }) => cssText));
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  style.textContent = rules.filter((rule) => rule.startsWith(':root') || rule.startsWith('.picture')).join('\n');
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  copy.prepend(style);
  copy.setAttribute('data-scheme', document.documentElement.getAttribute('data-scheme') ?? scheme);
  return new XMLSerializer().serializeToString(copy);
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
