import { reactor } from 'couplet';
import { readConfiguration } from './src/configuration/configuration.ts';
import { runDaemon } from './src/supervisor/daemon.ts';

const [file, ...words] = process.argv.slice(2);
const daemon = {};
for (const w of words) {
  const [k, v] = w.split('=');
  daemon[k] = v;
}
try {
  const status = await runDaemon({
    reactor,
    version: '0.1.0',
    say: (l) => console.error('SAY', l),
    program: { kind: 'application', file },
    configure: () => readConfiguration({ commandLine: { daemon } }),
  });
  process.exitCode = status;
  console.error('exit', status);
} catch (e) {
  console.error('FAILED', e.status, e.message, e.status ? '' : e.stack);
  process.exitCode = e.status ?? 99;
}
