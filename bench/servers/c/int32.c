#include "frames.h"

static size_t frame(const char *bytes, size_t size) {
  uint32_t length;
  if (size < sizeof length) return 0;
  memcpy(&length, bytes, sizeof length);
  size_t whole = sizeof length + ntohl(length);
  return size < whole ? 0 : whole;
}
