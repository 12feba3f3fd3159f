// Closed-loop echo: each connection sends `depth` messages of `size` bytes in one write, waits until all are back,
// and sends again. The messages are framed as `framing` says; `size` is that of the whole frame.
#include "blocks.h"

enum framing { lines, netstrings, int32s };

// Makes a frame of the letters that fill the message.
static void frame(char *message, size_t size, enum framing framing) {
  if (framing == lines) memcpy(message + size - 2, "\r\n", 2);
  if (framing == int32s) memcpy(message, &(uint32_t){htonl(size - 4)}, 4);
  if (framing != netstrings) return;
  char length[16];
  size_t digits, payload = size;
  do digits = sprintf(length, "%zu:", --payload);
  while (digits + payload + 1 > size);
  memcpy(message, length, digits);
  message[size - 1] = ',';
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  long size = option("size"), depth = option("depth"), framing = option("framing");

  answer_size = block_size = size * depth;
  answer = block = malloc(block_size);
  for (size_t i = 0; i < block_size; i++) block[i] = 'a' + i % 26;
  for (long i = 0; i < depth; i++) frame(block + i * size, size, framing);
  play(depth);
  return 0;
}
