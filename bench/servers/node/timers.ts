import { serve } from './serve.ts';

const count = Number(process.argv[2]);
const delayMs = 10_000;

/** Node keeps timers of one duration in one list, so these cannot be spread over time; one that runs out is armed again. */
const deadlines = Array.from({ length: count }, () => {
  const timer: NodeJS.Timeout = setTimeout(() => timer.refresh(), delayMs);
  return timer;
});
let next = 0;

/** Echo; each chunk moves the next deadline. */
serve((socket) => {
  socket.on('data', (data) => {
    deadlines[next]?.refresh();
    next = next + 1 < count ? next + 1 : 0;
    socket.write(data);
  });
});
