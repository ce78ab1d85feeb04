#!/bin/sh
# Find a PostgreSQL server for the tests of the store, or install Debian's. Never fails: without one
# they skip.
found() {
  command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}
found && exit 0

as_root="sudo -n"
if [ "$(id -u)" = 0 ]; then
  as_root=
fi
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
  $as_root apt-get update -qq >/dev/null 2>&1
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends postgresql >/dev/null 2>&1
fi

found ||
  echo "No PostgreSQL server here: its tests will be skipped. Install the package 'postgresql' to run them."
exit 0
