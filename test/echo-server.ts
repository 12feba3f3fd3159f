import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Project } from './project.ts';

/** A program that says on which runtime it is and where it listens, serves one client, and ends. */
export const ECHO_SERVER = `import { Factory, Protocol, reactor } from 'couplet';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
  override connectionLost() {
    reactor.stop();
  }
}

const port = await reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
console.log(JSON.stringify({ runtime: reactor.inspect().runtime, port: port.getHost().port }));
await reactor.run();
`;

/**
 * Runs the server in the folder of a project, as its client. Returns the name of its runtime. Throws an `Error` when it does not answer what
 * it is sent, or when it ends otherwise than in order.
 */
export async function served({ folder, env }: Project, program: string, ...words: readonly string[]): Promise<string> {
  const server = spawn(program, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'close');
  let said = '';
  for await (const text of server.stdout.setEncoding('utf8')) {
    said += text;
    if (said.includes('\n')) break;
  }
  const { runtime, port } = JSON.parse(said);
  const client = connect(port, '127.0.0.1');
  client.end('two lines\r\nthat rhyme\r\n');
  let answer = '';
  for await (const text of client.setEncoding('utf8')) answer += text;
  const [status] = await ended;
  if (status !== 0 || answer !== 'two lines\r\nthat rhyme\r\n')
    throw new Error(`${program} answers ${JSON.stringify(answer)}, and ends with status ${status}`);
  return runtime;
}
