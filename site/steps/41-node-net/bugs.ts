import type { Socket } from 'node:net';

const poem = 'x'.repeat(2_000_000);

// #region lines
/** Greets whoever sends a line with a name. */
export function greetByNet(socket: Socket) {
  socket.on('data', (data) => {
    const name = data.toString().trim(); // a chunk is taken for a line
    socket.write(`hello ${name}\n`);
  });
}
// #endregion lines

// #region errors
/** Sends back what it gets. */
export function echoByNet(socket: Socket) {
  socket.on('data', (data) => socket.write(data)); // there is no listener for 'error'
}
// #endregion errors

// #region memory
/** Sends the poem ten times. */
export function sendByNet(socket: Socket) {
  for (let times = 0; times < 10; times += 1) socket.write(poem); // what write returns is not looked at
  socket.end();
}
// #endregion memory

// #region answer
/** Answers when the client has sent all it has. */
export function countByNet(socket: Socket, look: () => Promise<string>) {
  socket.on('end', async () => {
    const answer = await look();
    socket.end(answer); // the socket has ended by itself meanwhile
  });
  socket.resume();
}
// #endregion answer
