import { Factory } from 'couplet';
import { serve } from './serve.ts';
import { Source } from './source.ts';

await serve(Factory.forProtocol(Source));
