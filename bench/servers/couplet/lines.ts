import { Factory } from 'couplet';
import { LineEcho } from './line-echo.ts';
import { serve } from './serve.ts';

await serve(Factory.forProtocol(LineEcho));
