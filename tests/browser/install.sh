#!/bin/sh
# Find a Chromium for the browser tests, or install Debian's. Never fails: without one they skip.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done

as_root="sudo -n"
if [ "$(id -u)" = 0 ]; then
  as_root=
fi
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
  $as_root apt-get update -qq >/dev/null 2>&1
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1
fi

command -v chromium >/dev/null 2>&1 ||
  echo "No Chromium here: the browser tests will be skipped. Install the package 'chromium' (or Google Chrome) to run them."
exit 0
