import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { deadLinks } from '../dead-links.ts';
import { FOUND_BY } from '../found-by.ts';
import { gather } from '../gather.ts';
import { CHINESE_TITLES, GATHERED, pagesOf, placeOf, read, titleOf } from '../pages.ts';
import { DECISIONS, LANGUAGES, type Language, SECTIONS } from '../tree.ts';
import { fuzziness, tokenize, weight } from './search.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
gather(ROOT);

const WORDS = {
  en: { lang: 'en', label: 'English', decisions: 'Decisions' },
  zh: { lang: 'zh-CN', label: '简体中文', decisions: '设计决定' },
};
const DESCRIPTIONS = {
  en: 'An event-driven network engine for TypeScript',
  zh: 'TypeScript 的事件驱动网络引擎',
};

/** What stands at the side of a part of the site. */
function sidebarOf(language: Language, folder: string): DefaultTheme.SidebarItem[] {
  return pagesOf(ROOT)
    .filter((page) => page.language === language && page.name.replace(/\/[^/]*$/, '') === folder)
    .map(({ name, source, translated }) => ({
      text: (translated ? undefined : CHINESE_TITLES.get(name)) ?? titleOf(read(ROOT, source)),
      link: `/${placeOf(name, language).replace(/\.md$/, '')}`,
    }));
}

function themeOf(language: Language): DefaultTheme.Config {
  const bars = SECTIONS.map(({ folder, title }) => {
    const items = sidebarOf(language, folder);
    if (DECISIONS.folder.startsWith(`${folder}/`))
      items.push({
        text: WORDS[language].decisions,
        collapsed: true,
        items: sidebarOf(language, DECISIONS.folder),
      });
    return { folder, text: title[language], items };
  }).filter(({ items }) => items.length > 0);
  return {
    nav: [
      ...bars.map(({ folder, text, items: [first] }) => ({
        text,
        link: first?.link ?? '/',
        activeMatch: `^/${LANGUAGES[language]}${folder}/`,
      })),
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
    sidebar: Object.fromEntries(
      bars.map(({ folder, text, items }) => [`/${LANGUAGES[language]}${folder}/`, [{ text, items }]]),
    ),
    ...(language === 'en' && {
      notFound: { title: 'No such page', quote: 'It may have moved: search for it.', linkText: 'To the first page' },
    }),
    ...(language === 'zh' && {
      outline: { label: '本页内容', level: [2, 3] },
      docFooter: { prev: '上一页', next: '下一页' },
      returnToTopLabel: '回到顶部',
      sidebarMenuLabel: '目录',
      darkModeSwitchLabel: '外观',
      lightModeSwitchTitle: '切换到浅色',
      darkModeSwitchTitle: '切换到深色',
      langMenuLabel: '语言',
      skipToContentLabel: '跳到正文',
      notFound: {
        title: '没有这一页',
        quote: '也许它换了地方，可以搜索一下。',
        linkText: '回到首页',
        linkLabel: '回到首页',
      },
    }),
  };
}

/** The anchor of a heading that names none, as GitHub makes it: pages of docs are read in both places. */
function slugify(heading: string): string {
  const kept = heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '');
  return kept.replace(/\s/g, '-');
}

/** What the search reads of a page: its first part has the words too by which readers may call it. */
function searched(html: string, file: string): string {
  const [, chinese, name = ''] = /^(zh\/)?(.*)\.md$/.exec(file) ?? [];
  const words = FOUND_BY[chinese === undefined ? 'en' : 'zh'][name];
  return words === undefined ? html : html.replace('</h1>', `</h1><p>${words}</p>`);
}

const config = defineConfig({
  title: 'Couplet',
  srcDir: relative('site', GATHERED),
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  // This looks for pages alone; what follows looks for places in them too, and among those of the API.
  ignoreDeadLinks: true,
  buildEnd({ outDir }) {
    const dead = deadLinks(outDir);
    if (dead.length > 0) throw new Error(`these links lead nowhere:\n${dead.join('\n')}`);
  },
  markdown: {
    // Their letters have the contrast that the default ones miss.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify },
  },
  locales: {
    root: { ...WORDS.en, description: DESCRIPTIONS.en, themeConfig: themeOf('en') },
    zh: { ...WORDS.zh, description: DESCRIPTIONS.zh, themeConfig: themeOf('zh') },
  },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        _render(source, env, md) {
          const html = md.render(source, env);
          return env.frontmatter?.search === false ? '' : searched(html, env.relativePath);
        },
        miniSearch: {
          options: { tokenize },
          searchOptions: { combineWith: 'AND', prefix: true, fuzzy: fuzziness, boostDocument: weight },
        },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                noResultsText: '没有找到',
                resetButtonTitle: '清除',
                displayDetails: '显示详情',
                backButtonTitle: '返回',
                footer: { selectText: '打开', navigateText: '选择', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
  vite: {
    // What is gathered follows what is written while the site is served.
    plugins: [
      {
        name: 'gather',
        configureServer({ watcher }) {
          const sources = ['site/pages', 'docs'].map((folder) => join(ROOT, folder));
          watcher.add(sources).on('all', (_, file) => {
            if (sources.some((folder) => file.startsWith(folder))) gather(ROOT);
          });
        },
      },
    ],
    build: { chunkSizeWarningLimit: 2000 },
  },
});

export default config;
