/** Runs tasks, each in a turn of the event loop, in their order. By messages to itself: a timer of a page may take 4 ms. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #channel: InstanceType<typeof MessageChannel> | undefined;

  push(task: () => void): void {
    this.#waiting.push(task);
    this.#channel ??= this.#open();
    this.#channel.port2.postMessage(null);
  }

  #open(): InstanceType<typeof MessageChannel> {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => this.#run());
    channel.port1.start();
    return channel;
  }

  #run(): void {
    const task = this.#waiting.shift();
    // Where a channel keeps the process alive, this one does so only while a task waits.
    if (this.#waiting.length === 0) {
      this.#channel?.port1.close();
      this.#channel = undefined;
    }
    task?.();
  }
}
