/** The languages of the site: where their pages begin, and what stands in their `lang`. */
export const LANGUAGES = { en: '', zh: 'zh/' } as const;
export type Language = keyof typeof LANGUAGES;

/** A page by its name, and the file of the repository that it is gathered from, if its source is not in `site/pages`. */
export type Entry = string | { readonly name: string; readonly source: string };

/** A part of the site: what stands in the bar at the top, with the pages that stand at the side. */
export interface Section {
  readonly folder: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly pages: readonly Entry[];
  /** True when each page must have its Chinese text. Elsewhere the English text stands in for it. */
  readonly translated?: true;
}

const docs = (source: string, name = source): Entry => ({ name, source: `docs/${source}.md` });

/** All parts of the site with their pages, in the order in which they are read. */
export const SECTIONS: readonly Section[] = [
  {
    folder: 'guide',
    title: { en: 'Guide', zh: '教程' },
    translated: true,
    pages: [
      'ten-minutes',
      'blocking',
      'reactor',
      'objects',
      'frames',
      'clients',
      'slow-readers',
      'tests',
      'hostile-network',
      'ship',
    ],
  },
  {
    folder: 'twisted',
    title: { en: 'From Twisted', zh: '来自 Twisted' },
    translated: true,
    pages: ['names', 'differences', 'python-to-typescript', 'tutorial', 'proxy-by-hand', 'absent'],
  },
  {
    folder: 'how-to',
    title: { en: 'How to', zh: '怎么做' },
    pages: [
      docs('transports'),
      docs('protocols'),
      docs('framing', 'own-framing'),
      'request-response',
      docs('client-service', 'stay-connected'),
      docs('policies', 'limits'),
      'slow-loris',
      'tls',
      'starttls',
      'proxies',
      'unix-sockets',
      'files',
      docs('processes'),
      docs('testing'),
      'vitest',
      docs('daemon'),
      docs('all-cores', 'cores'),
      'drain',
      'logs',
      'metrics',
      'systemd',
      'containers',
      docs('observing'),
      docs('inspector'),
      docs('timeline'),
      'http-beside',
      'node-net',
    ],
  },
  {
    folder: 'explain',
    title: { en: 'Explanations', zh: '原理' },
    pages: [
      docs('architecture'),
      docs('runtimes'),
      docs('native'),
      docs('simulation'),
      docs('performance'),
      docs('writing-backends'),
      docs('planted-bugs'),
    ],
  },
  {
    folder: 'reference',
    title: { en: 'Reference', zh: '参考' },
    pages: [
      'endpoint-strings',
      'options',
      'life-cycle',
      'programs',
      docs('errors'),
      docs('daemon-reference', 'daemon'),
      docs('public-api'),
    ],
  },
];

/** The decisions: each file of this folder is a page of that folder. */
export const DECISIONS = { source: 'docs/decisions', folder: 'explain/decisions' };
