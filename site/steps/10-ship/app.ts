// The same service as an application of coupletd.
// Try it: npx coupletd run app.ts --workers 2

import { application, main, StreamServerService } from 'coupletd';
import { guarded } from './answers.ts';

const lines = new StreamServerService('lines', 'tcp:8060:interface=127.0.0.1', guarded());
const app = application('answers', [lines]);

export { app as default };

await main(import.meta, app);
