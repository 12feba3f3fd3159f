// #region server
import { readFile } from 'node:fs/promises';
import { Factory, reactor, ServerTLS } from 'couplet';
import { Echo } from 'couplet/protocols';

const tls = await ServerTLS.from(async () => ({ cert: await readFile('cert.pem'), key: await readFile('key.pem') }));
const port = await reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1', tls });

process.on('SIGHUP', async () => {
  try {
    await port.reload();
    console.log('certificate read again');
  } catch (error) {
    console.error(`the old certificate stays: ${error instanceof Error ? error.message : error}`);
  }
});
// #endregion server
console.log(`serving on port ${port.getHost().port}, process ${process.pid}`);
await reactor.run();
