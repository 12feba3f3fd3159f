import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { FOUND_BY } from '../found-by.ts';
import { Links } from '../links.ts';
import { blocksOf, type Part, partsOf, proseBelow } from '../markdown.ts';
import { frontMatterOf, originals, outdatedOf, type Page, pagesOf, placeOf, read, WRITTEN } from '../pages.ts';
import { hashOf, sourceOf } from '../sources.ts';
import { LANGUAGES, type Language, SECTIONS } from '../tree.ts';
import { CONCEPTS } from './concepts.ts';
import { FORBIDDEN, MISSET } from './glossary.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = pagesOf(ROOT);
/** The pages that are written for the site. */
const OWN = PAGES.filter(({ source, translated }) => source.startsWith(WRITTEN) && translated);
const TRANSLATIONS = OWN.filter(({ language }) => language !== 'en');
const LANGUAGE_NAMES = Object.keys(LANGUAGES) as Language[];

/** How many consoles are not played, at most. */
const MOST_SKIPPED = 5;
/** The words that stand below the anchor of a concept at least, and the Chinese letters. */
const WORDS = 40;
const LETTERS = 80;

const textOf = ({ source }: Page): string => read(ROOT, source);
const partsOfPage = (page: Page): Part[] => partsOf(textOf(page));

/** A link without what differs between languages: the way to the other tree, and the language of a picture. */
function neutral({ source }: Page, link: string): string {
  if (/^(?:\w+:|#)/.test(link)) return link;
  const target = link.startsWith('/') ? link : join(dirname(source), link);
  return target.replace(/(^|\/)zh\//, '$1').replace(/[.-](?:zh-CN|zh|en)(?=[.-])/g, '');
}

/** What the parts of a page and of its translation have in common. */
function shapeOf(page: Page): object[] {
  return partsOfPage(page).map(({ level, anchor, blocks, links }) => ({
    level,
    anchor,
    blocks: blocks.map((block) =>
      block.kind === 'include'
        ? block.text
        : [block.language, block.words, ...(block.language === 'console' ? block.text.split('\n') : [])],
    ),
    links: links.map((link) => neutral(page, link)).sort(),
  }));
}

describe('the tree of the site', () => {
  test('each page of it is written', () => {
    const missing = [...originals(ROOT).values()].filter((original) => !existsSync(join(ROOT, original)));
    assert.deepEqual(missing, []);
  });

  test('each page that is written stands in it', () => {
    const places = new Set(
      LANGUAGE_NAMES.flatMap((language) => [...originals(ROOT).keys()].map((name) => placeOf(name, language))),
    );
    const files = readdirSync(join(ROOT, WRITTEN), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.md') && !places.has(file)),
      [],
      'site/tree.ts does not name them',
    );
  });

  test('each page of docs stands in it', () => {
    const sources = new Set(originals(ROOT).values());
    const files = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
    assert.deepEqual(
      files.filter((file) => !sources.has(`docs/${file}`)),
      [],
      'site/tree.ts does not name them',
    );
  });

  test('each page that is found by other words stands in it', () => {
    for (const language of LANGUAGE_NAMES)
      for (const name of Object.keys(FOUND_BY[language])) assert.ok(originals(ROOT).has(name), `${language}: ${name}`);
  });

  test('S-6: the first page, the guide and what is for users of Twisted are there in each language', () => {
    const folders = SECTIONS.filter(({ translated }) => translated).map(({ folder }) => folder);
    const untranslated = PAGES.filter(
      ({ name, translated }) => !translated && (name === 'index' || folders.includes(dirname(name))),
    );
    assert.deepEqual(
      untranslated.map(({ name, language }) => placeOf(name, language)),
      [],
    );
  });
});

describe('each page of the site', () => {
  for (const page of OWN)
    test(page.source, () => {
      const text = textOf(page);
      const parts = partsOf(text);
      for (const key of ['title', 'description'])
        assert.match(frontMatterOf(text), new RegExp(`^${key}: *\\S`, 'm'), `the front matter has no ${key}`);
      assert.equal(parts.filter(({ level }) => level === 1).length, 1, 'a page has one heading of the first level');
      const anchors = parts.flatMap(({ anchor }) => anchor ?? []);
      assert.deepEqual(anchors, [...new Set(anchors)], 'an anchor stands there twice');
      const links = new Links(ROOT);
      links.rewrite(page, text);
      assert.deepEqual(links.dead, [], 'links lead nowhere');
      for (const block of parts.flatMap(({ blocks }) => blocks)) {
        const where = `${page.source}:${block.line}`;
        if (block.kind === 'include') {
          const file = join('site', block.path);
          assert.ok(
            block.path !== '' && existsSync(join(ROOT, file)),
            `${where}: ${block.text} is not a file of steps`,
          );
          const region = new RegExp(`#region ${block.region ?? ''}\\s`);
          if (block.region !== undefined) assert.match(read(ROOT, file), region, where);
        } else if (block.language === 'ts')
          assert.match(block.words, /^(?:no-run="[^"]+"|compile-fail)$/, `${where}: include it, or say why not`);
        else if (block.language === 'console')
          assert.match(block.words, /^(?:skip="[^"]+")?$/, `${where}: a console is played, or says why not`);
      }
    });

  test(`S-3: at most ${MOST_SKIPPED} consoles are not played`, () => {
    const skipped = OWN.filter(({ language }) => language === 'en').flatMap((page) =>
      blocksOf(textOf(page)).flatMap((block) =>
        block.kind === 'fence' && block.language === 'console' && block.words !== ''
          ? `${page.source}:${block.line} ${block.words}`
          : [],
      ),
    );
    assert.ok(skipped.length <= MOST_SKIPPED, skipped.join('\n'));
  });
});

describe('each Chinese page', () => {
  for (const page of TRANSLATIONS) {
    const original = PAGES.find(({ name, language }) => name === page.name && language === 'en');
    assert.ok(original);

    test(`S-6: ${page.source} is up to date, or says since when it is not`, () => {
      const text = textOf(page);
      const current = sourceOf(text) === hashOf(join(ROOT, page.original));
      const outdated = outdatedOf(frontMatterOf(text));
      if (current) assert.equal(outdated, undefined, 'it is up to date: take outdated out of its front matter');
      else
        assert.ok(
          outdated,
          `${page.original} has changed: translate the change, then npm run site:sources ${page.source}`,
        );
    });

    test(`S-6: ${page.source} is built like ${page.original}`, () => {
      if (outdatedOf(frontMatterOf(textOf(page))) !== undefined) return;
      const shapes = shapeOf(original);
      const lines = partsOfPage(original).map(({ line }) => line);
      for (const [at, shape] of shapeOf(page).entries())
        assert.deepEqual(shape, shapes[at], `it differs from ${original.source}:${lines[at] ?? 'the end'}`);
      assert.equal(shapeOf(page).length, shapes.length, 'parts are missing');
    });

    test(`S-6: ${page.source} keeps to the glossary`, () => {
      const text = textOf(page);
      for (const [word, instead] of FORBIDDEN) assert.doesNotMatch(text, word, `write ${instead}`);
    });

    test(`S-6: ${page.source} is set as Chinese`, () => {
      for (const { prose } of partsOfPage(page)) {
        const plain = prose.replace(/`[^`]*`/g, 'code').replace(/\]\([^)\s]*\)/g, ']');
        for (const [mistake, instead] of MISSET)
          assert.doesNotMatch(plain, mistake, `${instead}: ${mistake.exec(plain)}`);
      }
    });
  }
});

describe('S-5: each concept has its anchor and prose', () => {
  for (const [name, anchors] of Object.entries(CONCEPTS))
    for (const page of OWN.filter((one) => one.name === `guide/${name}`))
      test(page.source, () => {
        const parts = partsOfPage(page);
        for (const anchor of anchors) {
          const prose = proseBelow(parts, anchor);
          assert.ok(prose !== undefined, `no heading with {#${anchor}}`);
          const [pattern, least] = page.language === 'en' ? [/[\w'’-]+/g, WORDS] : [/\p{Script=Han}/gu, LETTERS];
          const count = prose.match(pattern)?.length ?? 0;
          assert.ok(count >= least, `below {#${anchor}} stand ${count} of ${least}`);
        }
      });
});
