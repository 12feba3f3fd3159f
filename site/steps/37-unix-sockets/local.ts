import { Factory, listen, open, reactor } from 'couplet';
import { Echo } from 'couplet/protocols';

// #region local
const port = await listen('unix:echo.sock:mode=600', Factory.forProtocol(Echo));
console.log(`serving on ${port.getHost().authority}`);

const connection = await open('unix:echo.sock');
await connection.write('verse\r\n');
console.log((await connection.lines().next()).value);
await connection.close();
// #endregion local
await reactor.run();
