import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';

/** The links of the built pages that lead to no page, or to no place in it: each with the page that it stands on. */
export function deadLinks(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = new Set(entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name))));
  const pages = [...files].filter((file) => file.endsWith('.html'));
  const texts = new Map(pages.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const places = new Map([...texts].map(([file, text]) => [file, new Set(valuesOf(text, 'id'))]));
  const dead = new Set<string>();
  for (const [file, text] of texts)
    for (const link of valuesOf(text, 'href')) {
      if (/^(?:\w+:|\/\/)/.test(link)) continue;
      const [path = '', anchor = ''] = decodeURI(link.replaceAll('&amp;', '&')).split('#');
      const to = path.replace(/\?.*/, '');
      const target = to === '' ? file : join(to.startsWith('/') ? '.' : dirname(file), to);
      const found = [target, `${target}.html`, join(target, 'index.html')].find((name) => files.has(name));
      if (found === undefined || (anchor !== '' && places.get(found)?.has(anchor) === false))
        dead.add(`${file}: ${link}`);
    }
  return [...dead];
}

function valuesOf(html: string, attribute: string): string[] {
  return [...html.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}
