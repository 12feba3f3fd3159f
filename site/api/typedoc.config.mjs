// Pages of all entries of the packages, each by the name under which it is imported.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Converter, ReflectionKind } from 'typedoc';

const PACKAGES = join(import.meta.dirname, '../../packages');
const NAMES = ['couplet', 'daemon', 'inspector', 'conformance'];

/** The names of entries by their sources. */
const entries = new Map(
  NAMES.flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));
    return Object.entries(exports).flatMap(([path, { 'couplet-source': source }]) =>
      source === undefined ? [] : [[join(PACKAGES, folder, source), join(name, path)]],
    );
  }),
);

export default {
  name: 'Couplet',
  entryPoints: [...entries.keys()],
  tsconfig: join(import.meta.dirname, 'tsconfig.json'),
  out: join(import.meta.dirname, '../gathered/public/api'),
  readme: join(import.meta.dirname, 'entries.md'),
  // TypeDoc knows nothing of the site around its pages.
  navigationLinks: { Site: '/' },
  disableSources: true,
  githubPages: false,
  includeHierarchySummary: false,
  excludePrivate: true,
  excludeInternal: true,
  logLevel: 'Warn',
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  plugin: [
    ({ converter }) =>
      converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
        if (!reflection.kindOf(ReflectionKind.Module)) return;
        const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
        reflection.name = entries.get(declaration?.getSourceFile().fileName) ?? reflection.name;
      }),
  ],
};
