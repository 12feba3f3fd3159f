import { once } from 'node:events';
import process from 'node:process';
import { type Connection, open } from 'couplet';
import { checkEndpoint, poetryAddress } from '../command-line/poetry-address.ts';
import { commandLine, examples, readArguments, runProgram } from '../command-line/program.ts';

interface TalkOptions {
  readonly end?: true;
  readonly crlf?: true;
}

const command = commandLine(
  'couplet-nc',
  'Connects, sends what is typed and prints what arrives, where there is no nc.',
)
  .argument(
    '<address>',
    'port, :port, host:port, [ipv6]:port or an endpoint string; the host is 127.0.0.1 unless given',
  )
  .option('-N, --end', 'end the output when the input ends')
  .option('-C, --crlf', 'send CRLF for each line feed')
  .addHelpText(
    'after',
    examples('couplet-nc', ['127.0.0.1:10000', 'watch a poem arrive'], ['-C localhost:8010', 'talk in lines']),
  );

await runProgram('couplet-nc', async () => {
  readArguments(command);
  const { endpoint } = poetryAddress(command.args[0] ?? '');
  checkEndpoint(endpoint);
  const { end, crlf } = command.opts<TalkOptions>();
  await using connection = await open(endpoint);
  void send(connection, crlf === true).then(() => end === true && connection.end());
  try {
    for await (const chunk of connection) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  } finally {
    // An input that is still open would keep this alive.
    process.stdin.destroy();
  }
  return 0;
});

/** Sends standard input. Resolves when it has ended, or nothing more can be sent. */
async function send(connection: Connection, crlf: boolean): Promise<void> {
  process.stdin.on('data', (data: Buffer) => {
    const sent = crlf ? Buffer.from(data.toString('latin1').replaceAll('\n', '\r\n'), 'latin1') : data;
    process.stdin.pause();
    void connection.write(sent).then(() => process.stdin.resume());
  });
  await once(process.stdin, 'end');
}
