import { stream } from './stream.ts';

const [cert = '', key = ''] = process.argv.slice(3);

stream({ cert, key });
