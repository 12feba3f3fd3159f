/** An element that was parsed. */
export interface Parsed {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Parsed[];
  /** The text that is directly in it. */
  readonly text: string;
  readonly parent: Parsed | undefined;
}

/** One that is not closed yet. */
interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Open[];
  text: string;
  readonly parent: Open | undefined;
}

const TAG = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([A-Za-z][\w:-]*)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** Parses what XML allows and this package writes: elements, attributes in double quotes, four entities. Throws at anything else. */
export function parseXML(text: string): Parsed {
  const root: Open = { name: '', attributes: new Map(), children: [], text: '', parent: undefined };
  let open: Open = root;
  TAG.lastIndex = 0;
  for (let end = 0; end < text.length; end = TAG.lastIndex) {
    const match = TAG.exec(text);
    if (match === null) throw new Error(`not XML: ${text.slice(end, end + 80)}`);
    const [, closing, name = '', attributes = '', single, words] = match;
    if (words !== undefined) {
      open.text += unescaped(words);
    } else if (closing === '/') {
      if (open.name !== name) throw new Error(`</${name}> closes <${open.name}>`);
      open = open.parent ?? root;
    } else {
      const element: Open = { name, attributes: attributesOf(attributes), children: [], text: '', parent: open };
      open.children.push(element);
      if (single !== '/') open = element;
    }
  }
  const [only] = root.children;
  if (open !== root || only === undefined || root.children.length > 1) throw new Error('not one element');
  return only;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw new Error(`two attributes ${name}`);
    attributes.set(name, unescaped(value));
  }
  return attributes;
}

function unescaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none of them.
  if (/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/.test(text)) throw new Error('a character that XML does not have');
  return text.replace(/&([^;]*);?/g, (whole, name) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`the entity ${whole}`);
    return character;
  });
}

/** All elements below one, and itself. */
export function allOf(element: Parsed): Parsed[] {
  return [element, ...element.children.flatMap(allOf)];
}

/** Those of a class. */
export function ofClass(element: Parsed, name: string): Parsed[] {
  return allOf(element).filter(({ attributes }) => attributes.get('class')?.split(' ').includes(name));
}
