// Writes anew what test/declarations.test.ts knows to be missing, to be committed with what has been mended.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { lacksOf } from '../test/declarations.ts';

const { unnamed, undocumented } = lacksOf();
const lists = { unnamed: Object.keys(unnamed), undocumented };
const file = 'test/known-undocumented.json';
writeFileSync(file, `${JSON.stringify(lists, null, 2)}\n`);
spawnSync('node_modules/.bin/biome', ['format', '--write', file]);
console.log(`${lists.unnamed.length} types without a public name, ${undocumented.length} members without a comment`);
