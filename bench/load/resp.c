// Closed-loop commands of RESP, the protocol of Redis: each connection sends `depth` of them in one write, a SET and a GET of the same
// key in turn, waits until all are answered, and sends again. The values have `size` bytes.
#include "blocks.h"

static void add_command(long at, const char *value) {
  const char *head = value ? "*3\r\n$3\r\nSET" : "*2\r\n$3\r\nGET";
  block_size += sprintf(block + block_size, "%s\r\n$16\r\nkey:%012ld\r\n", head, at);
  if (value) block_size += sprintf(block + block_size, "$%zu\r\n%s\r\n", strlen(value), value);
}

static void add_answer(const char *value) {
  answer_size += value ? sprintf(answer + answer_size, "$%zu\r\n%s\r\n", strlen(value), value)
                       : sprintf(answer + answer_size, "+OK\r\n");
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  long size = option("size"), depth = option("depth"), most = depth * (size + 100);

  block = malloc(most);
  answer = malloc(most);
  char *value = calloc(size + 1, 1);
  for (long i = 0; i < depth; i++) {
    int get = i % 2;
    for (long j = 0; !get && j < size; j++) value[j] = 'a' + (i + j) % 26;
    add_command(i / 2, get ? NULL : value);
    add_answer(get ? value : NULL);
  }
  play(depth);
  return 0;
}
