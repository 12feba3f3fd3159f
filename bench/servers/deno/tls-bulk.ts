import { serve } from './serve.ts';
import { stream } from './stream.ts';

const [cert = '', key = ''] = process.argv.slice(3);

await serve(stream, { cert, key });
