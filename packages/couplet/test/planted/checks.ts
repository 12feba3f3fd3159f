// Runs the conformance suite on the simulated network, and cuts streams for every decoder, until something fails. Prints what
// was found like the hunt.
import { lengthPrefixed, lines, netstrings, varintPrefixed } from 'couplet/framing';
import type { CertificateFiles, Host, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { verifyFraming } from 'couplet/testing';
import type { Check } from 'couplet-conformance';
import { checkBackend } from 'couplet-conformance';
import { addCommands, commandOf } from '../sim/commands.ts';

let here: Host | undefined;
let present: World | undefined;
let paths = 0;

const { cert, key, ca } = await certificate();
const conformance = checkBackend({
  tls: { server: { cert, key }, client: { ca } },
  command: commandOf,
  backend: () => {
    if (here === undefined) throw new Error('no world');
    return here.spawn();
  },
  streamPair: (options) => {
    if (present === undefined) throw new Error('no world');
    return present.pair(options);
  },
  unixPath: () => {
    paths += 1;
    return `/run/${paths}.sock`;
  },
});

const framing: readonly Check[] = [
  check('R27 lines', () =>
    verifyFraming(() => lines({ maxLength: 8 }), 'two\r\n\r\nlines\rthat\nrhyme\r\ntoo long by far\r\n12345678\r\nend'),
  ),
  check('R27 netstrings', () => verifyFraming(() => netstrings({ maxLength: 12 }), '0:,3:two,12:twelve bytes,01:x,')),
  check('R27 strings', () =>
    verifyFraming(() => lengthPrefixed(2, { maxLength: 3 }), '\0\x03two\0\0\0\x04four\0\x01x'),
  ),
  check('R27 varint strings', () => verifyFraming(() => varintPrefixed({ maxLength: 3 }), '\x03two\0\x04four\x01x')),
];

function check(name: string, verify: () => unknown): Check {
  return {
    name,
    run: async () => {
      verify();
    },
  };
}

/** That of the host on which all checks run. */
async function certificate(): Promise<CertificateFiles> {
  const files: CertificateFiles[] = [];
  await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
    files.push(world.certificate({ names: ['127.0.0.1'] }));
  });
  const [first] = files;
  if (first === undefined) throw new Error('no world');
  return first;
}

async function failure(): Promise<{ by: string; seed: number; what: string } | null> {
  for (const { name, run } of [...framing, ...conformance]) {
    try {
      await simulate({ seeds: [name], profile: 'calm', twice: 0 }, (world) => {
        here = world.host('here');
        addCommands(here);
        present = world;
        return run();
      });
    } catch (error) {
      const [what = ''] = String(error).split('\n');
      return { by: name, seed: 1, what };
    }
  }
  return null;
}

console.log(JSON.stringify(await failure()));
