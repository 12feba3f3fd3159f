import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CannotListenError, Factory, Protocol, Reactor } from 'couplet';
import { serverFromString } from 'couplet/endpoints';
import { FakeBackend } from '../fake-backend.ts';

/** Which descriptor a description asks for, where the environment is that, or why it asks for none. */
async function asks(text: string, variables: Record<string, string | number>): Promise<number | string> {
  const backend = new FakeBackend();
  const given: Record<string, string | number> = { LISTEN_PID: backend.surroundings.pid, ...variables };
  for (const [name, value] of Object.entries(given)) if (value !== '') backend.variables.set(name, String(value));
  const listening = serverFromString(new Reactor(backend), text).listen(Factory.forProtocol(Protocol));
  const reason: unknown = await listening.catch((error: unknown) => error);
  assert.ok(reason instanceof CannotListenError, String(reason));
  const [place] = backend.listened;
  return place?.kind === 'fd' ? place.fd : reason.message.replace('cannot listen on ', '');
}

describe('R35 systemd', () => {
  const three = { LISTEN_FDS: 3, LISTEN_FDNAMES: 'web:admin:web' };

  for (const [text, variables, answer] of [
    ['systemd:index=0', { LISTEN_FDS: 1 }, 3],
    ['systemd:domain=INET:index=2', { LISTEN_FDS: 3 }, 5],
    ['systemd:name=admin', three, 4],
    ['systemd:index=1', three, 4],
    ['systemd:name=web:index=0', three, 3],
    ['systemd:name=web:index=1', three, 5],
    ['systemd:name=unknown', { LISTEN_FDS: 1 }, 3],
    ['systemd:name=unknown', { LISTEN_FDS: 2, LISTEN_FDNAMES: 'web' }, 4],
    ['systemd:name=web', three, "systemd:name=web: 2 descriptors are named 'web': an index from 0 to 1 chooses one"],
    [
      'systemd:name=web:index=2',
      three,
      "systemd:name=web:index=2: index 2 is out of range: 2 descriptors are named 'web'",
    ],
    ['systemd:index=3', three, 'systemd:index=3: index 3 is out of range: 3 descriptors were passed'],
    ['systemd:name=mail', three, "systemd:name=mail: no descriptors are named 'mail' (those passed: web, admin, web)"],
    ['systemd:index=0', { LISTEN_FDS: 0 }, 'systemd:index=0: no descriptors were passed (those passed: none)'],
    ['systemd:index=0', {}, "systemd:index=0: LISTEN_FDS is '', not a number"],
    ['systemd:index=0', { LISTEN_FDS: '-1' }, "systemd:index=0: LISTEN_FDS is '-1', not a number"],
    [
      'systemd:index=0',
      { LISTEN_PID: '', LISTEN_FDS: 1 },
      'systemd:index=0: nothing was passed to this process: LISTEN_PID is not set',
    ],
    [
      'systemd:index=0',
      { LISTEN_PID: 1, LISTEN_FDS: 1 },
      "systemd:index=0: the descriptors are for another process: LISTEN_PID is '1', not 4711",
    ],
  ] as const) {
    test(`R35 ${text} with ${JSON.stringify(variables)}`, async () => {
      assert.equal(await asks(text, variables), answer);
    });
  }
});
