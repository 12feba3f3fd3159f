// What the load programs over TLS share: a client with OpenSSL.
#include "load.h"
#include <openssl/err.h>
#include <openssl/ssl.h>

static _Noreturn void die_of_tls(const char *what) {
  fprintf(stderr, "%s: ", what);
  ERR_print_errors_fp(stderr);
  fprintf(stderr, "\n");
  exit(1);
}

// Resumes no session, and takes any certificate: verifying it would be work for the load alone.
static SSL_CTX *client_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context) die_of_tls("SSL_CTX_new");
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Fewer system calls: by itself OpenSSL asks for five bytes, and then for the rest of the record.
  SSL_CTX_set_default_read_buffer_len(context, 256 * 1024);
  SSL_CTX_set_read_ahead(context, 1);
  return context;
}

// TLS over a socket that is connecting; the handshake begins with the first read.
static SSL *begin_tls(SSL_CTX *context, int fd) {
  SSL *tls = SSL_new(context);
  if (!tls || !SSL_set_fd(tls, fd)) die_of_tls("SSL_new");
  SSL_set_connect_state(tls);
  return tls;
}

// What was read: 0 at the peer's close_notify, -1 when nothing more is there now.
static int read_tls(SSL *tls, void *buffer, int size) {
  errno = 0;
  int n = SSL_read(tls, buffer, size);
  if (n > 0) return n;
  int error = SSL_get_error(tls, n);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return -1;
  if (error == SSL_ERROR_SYSCALL && errno) die("SSL_read");
  die_of_tls("SSL_read");
}
