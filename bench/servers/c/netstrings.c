#include "frames.h"

static size_t frame(const char *bytes, size_t size) {
  size_t length = 0, i = 0;
  while (i < size && bytes[i] >= '0' && bytes[i] <= '9') length = length * 10 + (bytes[i++] - '0');
  size_t whole = i + 1 + length + 1;
  return size < whole ? 0 : whole;
}
