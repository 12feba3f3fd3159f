import { checkNetwork } from './check-network.ts';

// The slow network is checked in `test/runtimes`.
checkNetwork('a calm network', {}, false);
