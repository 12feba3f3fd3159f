import { Factory, ServerTLS } from 'couplet';
import { serve } from './serve.ts';
import { Source } from './source.ts';

const [cert = '', key = ''] = process.argv.slice(3);

await serve(Factory.forProtocol(Source), { tls: new ServerTLS({ cert, key }) });
