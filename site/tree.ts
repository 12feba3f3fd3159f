/** The languages of the site: where their pages begin, and what stands in their `lang`. */
export const LANGUAGES = { en: '', zh: 'zh/' } as const;
export type Language = keyof typeof LANGUAGES;

/**
 * A page by its name. `source` is the file of the repository that it is gathered from, if that is not in `site/pages`; `chinese` what it is
 * called beside Chinese pages while it has no Chinese text.
 */
export type Entry = string | { readonly name: string; readonly source?: string; readonly chinese: string };

/** A part of the site: what stands in the bar at the top, with the pages that stand at the side. */
export interface Section {
  readonly folder: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly pages: readonly Entry[];
  /** True when each page must have its Chinese text. Elsewhere the English text stands in for it. */
  readonly translated?: true;
}

const docs = (source: string, chinese: string, name = source): Entry => ({
  name,
  source: `docs/${source}.md`,
  chinese,
});

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
      docs('transports', '一个协议，各种传输'),
      docs('protocols', '协议与分帧'),
      docs('framing', '自己的分帧', 'own-framing'),
      'request-response',
      docs('client-service', '断线重连', 'stay-connected'),
      docs('policies', '限制与策略', 'limits'),
      'slow-loris',
      'tls',
      'starttls',
      'proxies',
      'unix-sockets',
      'files',
      docs('processes', '子进程'),
      docs('testing', '测试协议'),
      'vitest',
      docs('daemon', '从一个类到守护进程'),
      docs('all-cores', '用上所有的核', 'cores'),
      'drain',
      'logs',
      'metrics',
      'systemd',
      'containers',
      docs('observing', '观察正在运行的程序'),
      docs('inspector', '在浏览器里看'),
      docs('timeline', '画出时间线'),
      'http-beside',
      'node-net',
    ],
  },
  {
    folder: 'explain',
    title: { en: 'Explanations', zh: '原理' },
    pages: [
      docs('architecture', '架构'),
      docs('runtimes', '能在哪些运行时上运行'),
      docs('native', '原生套接字'),
      docs('simulation', '模拟的网络'),
      docs('performance', '性能'),
      docs('writing-backends', '写一个后端'),
      docs('planted-bugs', '埋下的错误'),
    ],
  },
  {
    folder: 'reference',
    title: { en: 'Reference', zh: '参考' },
    pages: [
      'endpoint-strings',
      { name: 'options', chinese: '选项' },
      'life-cycle',
      'programs',
      docs('errors', '错误'),
      docs('daemon-reference', 'coupletd 参考', 'daemon'),
      docs('public-api', '公开的接口'),
    ],
  },
];

/** The decisions: each file of this folder is a page of that folder. */
export const DECISIONS = { source: 'docs/decisions', folder: 'explain/decisions' };
