// Installs the programs of Debian that tests run, where they are missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

/** The packages with real clients and servers, each with a file that it brings. */
const PROGRAMS = {
  curl: '/usr/bin/curl',
  fish: '/usr/bin/fish',
  gcc: '/usr/bin/gcc',
  haproxy: '/usr/sbin/haproxy',
  'libc6-dev': '/usr/include/stdio.h',
  // What swaks speaks TLS with.
  'libnet-ssleay-perl': '/usr/share/doc/libnet-ssleay-perl/copyright',
  'mosquitto-clients': '/usr/bin/mosquitto_sub',
  'netcat-openbsd': '/usr/bin/nc.openbsd',
  openssl: '/usr/bin/openssl',
  prometheus: '/usr/bin/promtool',
  'python3-yaml': '/usr/lib/python3/dist-packages/yaml/__init__.py',
  'redis-server': '/usr/bin/redis-server',
  'redis-tools': '/usr/bin/redis-cli',
  socat: '/usr/bin/socat',
  strace: '/usr/bin/strace',
  swaks: '/usr/bin/swaks',
  systemd: '/usr/bin/systemd-socket-activate',
  wrk: '/usr/bin/wrk',
  zsh: '/usr/bin/zsh',
};

/** What the tests in a browser need besides: they alone install it. */
const BROWSER = {
  chromium: '/usr/bin/chromium',
  // Chinese letters for the pictures.
  'fonts-wqy-microhei': '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
};

/** Installs what tests in a browser need. Throws when a package is missing and cannot be installed. */
export function installBrowser() {
  installPrograms([...Object.keys(BROWSER), 'netcat-openbsd']);
}

/** Installs all programs, or the packages named. Throws when a package is missing and cannot be installed. */
export function installPrograms(names = Object.keys(PROGRAMS)) {
  const files = { ...PROGRAMS, ...BROWSER };
  const missing = names.filter((name) => !existsSync(files[name]));
  if (missing.length === 0) return;
  console.log(`Installing from Debian: ${missing.join(', ')}`);
  aptGet('update', '--quiet=2');
  aptGet('install', '--yes', '--quiet=2', '--no-install-recommends', ...missing);
}

function aptGet(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync('apt-get', words, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`apt-get ${words.join(' ')} failed; it needs Debian, root and a network`);
}
