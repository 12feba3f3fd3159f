import { serve } from './serve.ts';
import { stream } from './stream.ts';

serve(stream);
