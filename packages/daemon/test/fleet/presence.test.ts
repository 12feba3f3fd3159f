import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { LocalPresence } from '../../src/fleet/local-presence.ts';
import { PresenceHub } from '../../src/fleet/presence-hub.ts';
import { SupervisorPresence } from '../../src/fleet/supervisor-presence.ts';

test('those who joined in a process are there until they leave', async () => {
  const presence = new LocalPresence('me');
  const ann = presence.join('room', 'ann');
  presence.join('room', '');
  presence.join('other', 'eve');
  assert.deepEqual(await presence.list('room'), [
    { node: 'me', payload: 'ann' },
    { node: 'me', payload: '' },
  ]);
  ann.leave();
  ann.leave();
  assert.deepEqual(await presence.list('room'), [{ node: 'me', payload: '' }]);
  assert.deepEqual(await presence.list('empty'), []);
});

test('a payload of 4,097 bytes is refused', () => {
  const presence = new LocalPresence('me');
  presence.join('room', 'x'.repeat(4096));
  assert.throws(() => presence.join('room', `${'x'.repeat(4095)}ä`), {
    name: 'RangeError',
    message: 'the payload has 4097 bytes, and may have 4096',
  });
  assert.throws(() => presence.join('t'.repeat(257), ''), RangeError);
});

describe('presence over a supervisor', () => {
  function workers(): { open(name: string): SupervisorPresence; hub: PresenceHub<SupervisorPresence>; clock: Clock } {
    const names = new Map<SupervisorPresence, string>();
    const hub = new PresenceHub<SupervisorPresence>((worker) => names.get(worker) ?? '?');
    const clock = new Clock();
    const open = (name: string): SupervisorPresence => {
      const presence: SupervisorPresence = new SupervisorPresence((report) => {
        if (report.kind === 'join') hub.join(presence, report.id, report.topic, report.payload);
        if (report.kind === 'leave') hub.leave(presence, report.id, report.topic);
        if (report.kind === 'list' && name !== 'unheard') presence.present(report.id, hub.list(report.topic));
      }, clock);
      names.set(presence, name);
      return presence;
    };
    return { open, hub, clock };
  }

  test('each worker sees those of all, and those of one that has ended leave', async () => {
    const { open, hub } = workers();
    const [one, two] = [open('one'), open('two')];
    const ann = one.join('room', 'ann');
    two.join('room', 'bob');
    assert.deepEqual(await two.list('room'), [
      { node: 'one', payload: 'ann' },
      { node: 'two', payload: 'bob' },
    ]);
    ann.leave();
    hub.forget(two);
    hub.join(two, 99, 'room', 'late');
    assert.deepEqual(await one.list('room'), []);
  });

  test('a list that is not answered within 1,000 ms, or when the supervisor has died, is rejected', async () => {
    const { open, clock } = workers();
    const presence = open('unheard');
    const late = assert.rejects(presence.list('room'), /no answer within 1000 ms/);
    clock.advance(1000);
    await late;
    const lost = assert.rejects(presence.list('room'), /the supervisor has ended/);
    presence.lost();
    await lost;
    await assert.rejects(presence.list('room'), /the supervisor has ended/);
    presence.join('room', 'x').leave();
    assert.equal(clock.getDelayedCalls().length, 0);
  });
});
