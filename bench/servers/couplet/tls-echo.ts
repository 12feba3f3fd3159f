import { Factory, ServerTLS } from 'couplet';
import { Echo } from 'couplet/protocols';
import { serve } from './serve.ts';

const [cert = '', key = ''] = process.argv.slice(2);

await serve(Factory.forProtocol(Echo), { tls: new ServerTLS({ cert, key }) });
