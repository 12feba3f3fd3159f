import type { Command, Host } from 'couplet/sim';
import type { Behaviour } from 'couplet-conformance';

/** What the children of checks do in a world. */
const BEHAVIOURS: Readonly<Record<Behaviour, Command>> = {
  echo: async ({ stdin, stdout }) => {
    for await (const chunk of stdin) await stdout.write(chunk);
  },
  fail: () => 3,
  flood: async ({ stdout, stderr }) => {
    const chunk = Buffer.alloc(50_000);
    for (let count = 0; count < 80; count += 1) await stdout.write(chunk);
    await stderr.write('error\n');
  },
  stubborn: async (process) => {
    process.catchSignal('SIGTERM', () => {});
    await process.stdout.write('ready\n');
    await process.sleep(10_000);
  },
  idle: ({ sleep }) => sleep(10_000),
  deaf: async ({ stdin, stdout, sleep }) => {
    stdin.close();
    await stdout.write('closed\n');
    await sleep(500);
    await stdout.write('done\n');
  },
  parent: async ({ fork, stdout }) => {
    fork(({ sleep }) => sleep(2000));
    await stdout.write('left\n');
  },
};

/** Gives a host all commands of checks. */
export function addCommands(host: Host): void {
  for (const [name, command] of Object.entries(BEHAVIOURS)) host.command(name, command);
}

/** The command of a behaviour, on a host that has them. */
export function commandOf(behaviour: Behaviour): readonly [command: string] {
  return [behaviour];
}
