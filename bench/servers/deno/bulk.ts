import { serve } from './serve.ts';
import { stream } from './stream.ts';

await serve(stream);
