#!/bin/sh
# Everything CI checks. The last line is always "N passed, N failed", also where set-up itself fails.
set -u
cd "$(dirname "$0")/.."
mkdir -p .tools/results
rm -f .tools/results/summary
if ! scripts/setup.sh --tests; then
  echo '0 passed, 1 failed' | tee .tools/results/summary
  exit 1
fi
PATH=$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH
export PATH
exec node --disable-warning=ExperimentalWarning --conditions=source scripts/test.ts
