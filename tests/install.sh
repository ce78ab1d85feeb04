#!/bin/sh
# install.sh PACKAGE PROGRAM...: find one of a package's programs (patterns will do), or install the
# package from Debian. Never fails: the tests that need it skip without it.
package=$1
shift

found() {
  # shellcheck disable=SC2048,SC2086 - patterns are to be looked up
  for program in $*; do
    command -v "$program" >/dev/null 2>&1 && return 0
  done
  return 1
}
found "$@" && exit 0

as_root="sudo -n"
if [ "$(id -u)" = 0 ]; then
  as_root=
fi
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
  $as_root apt-get update -qq >/dev/null 2>&1
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1
fi

found "$@" ||
  echo "No $package here: the tests that need it will be skipped. Install the package '$package' to run them."
exit 0
