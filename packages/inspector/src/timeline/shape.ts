/** An element of a drawing: what SVG and a virtual DOM have in common. */
export interface Shape {
  /** Its name in SVG. */
  readonly tag: string;
  /** Its attributes, none of which is a style. */
  readonly attributes: Attributes;
  /** Elements and texts, in order. */
  readonly children: readonly (Shape | string)[];
}

/** The attributes of an element, by their names in SVG. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An element. Coordinates are rounded to hundredths of a pixel. */
export function shape(tag: string, attributes: Attributes, ...children: readonly (Shape | string)[]): Shape {
  return { tag, attributes, children };
}

/** A number as it stands in a drawing: at most two decimals. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The text of an element, with everything escaped that XML does not take as it is. */
export function toXML({ tag, attributes, children }: Shape): string {
  const words = Object.entries(attributes).map(([name, value]) => {
    const text = typeof value === 'number' ? String(hundredths(value)) : escaped(value);
    return ` ${name}="${text}"`;
  });
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : toXML(child)));
  return inner.length === 0 ? `<${tag}${words.join('')}/>` : `<${tag}${words.join('')}>${inner.join('')}</${tag}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 cannot have, not even escaped, is shown as U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/(?!\n)[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
