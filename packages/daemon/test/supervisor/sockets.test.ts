import assert from 'node:assert/strict';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { FIRST_INHERITED } from '../../src/supervisor/child.ts';
import type { GroupPlan } from '../../src/supervisor/plan.ts';
import { planOf } from '../../src/supervisor/plan.ts';
import { Sockets } from '../../src/supervisor/sockets.ts';
import { type Disk, loadedFrom } from './stage.ts';

const PLACE = 'tcp:0:interface=127.0.0.1';

function planned(disk: Partial<Disk>): readonly GroupPlan[] {
  const { description, configuration } = loadedFrom({ services: { a: [PLACE] }, ...disk });
  return planOf(description, configuration);
}

/** The descriptors of all slots of the first group. */
function descriptors(sockets: Sockets, [plan]: readonly GroupPlan[]): readonly number[] {
  assert.ok(plan !== undefined);
  const slots = Array.from({ length: plan.workers }, (_, at) => at + 1);
  return slots.flatMap((slot) => sockets.inheritance(plan, slot, FIRST_INHERITED).descriptors);
}

function isOpen(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}

describe('the sockets of the supervisor', () => {
  test('all workers share one, which a reload keeps with its port', async () => {
    const sockets = new Sockets();
    const plan = planned({ options: { workers: 2 } });
    await (await sockets.bind(plan)).keep();
    const [first, second] = descriptors(sockets, plan);
    assert.equal(first, second);
    const { hosts } = sockets;
    await (await sockets.bind(planned({ code: 'b', options: { workers: 3 } }))).keep();
    assert.deepEqual(sockets.hosts, hosts);
    await sockets.close();
    assert.equal(isOpen(first ?? -1), false);
  });

  test('R-D2 spread, each slot has one of its own, and those of slots that are gone are closed', async () => {
    const sockets = new Sockets();
    const many = planned({ options: { workers: 3, accept: 'spread' } });
    if (process.versions.node.startsWith('20.')) {
      // That a runtime cannot is told, and never passed over.
      await assert.rejects(sockets.bind(many), {
        message: /does not support reusePort/,
      });
      return;
    }
    await (await sockets.bind(many)).keep();
    const before = descriptors(sockets, many);
    assert.equal(new Set(before).size, 3);
    const few = planned({ options: { workers: 1, accept: 'spread' } });
    await (await sockets.bind(few)).keep();
    assert.deepEqual(descriptors(sockets, few), before.slice(0, 1));
    assert.deepEqual(before.map(isOpen), [true, false, false]);
    await sockets.close();
  });

  test('a port that was bound for one queue cannot have several later, and is kept', async () => {
    const sockets = new Sockets();
    const plan = planned({ options: { workers: 2 } });
    await (await sockets.bind(plan)).keep();
    await assert.rejects(sockets.bind(planned({ options: { workers: 2, accept: 'spread' } })), {
      message: `'${PLACE}' was bound for one queue, so a reload cannot spread it: stop and start`,
      status: 1,
    });
    assert.deepEqual(descriptors(sockets, plan).map(isOpen), [true, true]);
    await sockets.close();
  });

  test('R-D3 what was bound for a reload that fails is closed, and what was there stays', async () => {
    const sockets = new Sockets();
    const plan = planned({});
    await (await sockets.bind(plan)).keep();
    const more = planned({ services: { a: [PLACE], b: [PLACE] } });
    const bound = await sockets.bind(more);
    const [old = -1, added = -1] = descriptors(sockets, more);
    await bound.discard();
    assert.deepEqual([isOpen(old), isOpen(added)], [true, false]);
    assert.equal(sockets.hosts.length, 1);
    await sockets.close();
  });

  test('a reload that fails after all were closed brings none back', async () => {
    const sockets = new Sockets();
    await (await sockets.bind(planned({}))).keep();
    const bound = await sockets.bind(planned({ services: { a: [PLACE], b: [PLACE] } }));
    await sockets.close();
    await bound.discard();
    assert.deepEqual(sockets.hosts, []);
  });

  test('R-D15 all that cannot be bound is told, and nothing is left of the rest', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const sockets = new Sockets();
    const taken = `tcp:${port}:interface=127.0.0.1`;
    const services = { free: [PLACE], taken: [taken], odd: ['tcp:0:interface=192.0.2.1'] };
    await assert.rejects(sockets.bind(planned({ services })), (error) => {
      assert.ok(error instanceof Error);
      assert.match(
        error.message,
        new RegExp(`cannot listen on '${taken}'.*; cannot listen on 'tcp:0:interface=192.0.2.1'`),
      );
      assert.equal(Reflect.get(error, 'status'), 69);
      return true;
    });
    assert.deepEqual(sockets.hosts, []);
    holder.close();
  });
});
