import { expect, expectSame } from './check.ts';
import type { Pair, Stage } from './stage.ts';

/** Thrown where any error will do. */
export const slip: Error = new Error('a slip of the tongue');

/** Expects that the two actors of a pair still receive what the other writes. */
export async function expectUnhurt({ server, client }: Pair): Promise<void> {
  const before = client.received;
  client.transport.write('still there?');
  await client.when(() => client.received === before + 12);
  expectSame([...server.log, ...client.log].includes('lost'), false, 'whether a connection beside it was lost');
}

/** Waits for reports, takes them away, and expects that there is one, from that callback of an actor. */
export async function expectReport(stage: Stage, where: string, who: RegExp): Promise<void> {
  while (stage.reports.length === 0) await stage.pass(1);
  await stage.pass(10);
  const reports = stage.takeReports();
  expectSame(
    reports.map((report) => report.where),
    [where],
    'the list of reports',
  );
  const [report] = reports;
  expect(report?.error === slip, `the error is ${String(report?.error)}`);
  expect(who.test(report.who), `the name is ${report.who}`);
}
