#include "frames.h"

static size_t frame(const char *bytes, size_t size) {
  const char *end = memchr(bytes, '\n', size);
  return end == NULL ? 0 : end - bytes + 1;
}
