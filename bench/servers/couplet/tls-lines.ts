import { Factory, ServerTLS } from 'couplet';
import { LineEcho } from './line-echo.ts';
import { serve } from './serve.ts';

const [cert = '', key = ''] = process.argv.slice(2);

await serve(Factory.forProtocol(LineEcho), { tls: new ServerTLS({ cert, key }) });
