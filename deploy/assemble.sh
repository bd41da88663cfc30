#!/bin/sh
# Lays out what the image runs: the worker, the packages it needs, production dependencies exactly as locked, and the
# native Kafka client without its sources.
#   deploy/assemble.sh FOLDER    after scripts/setup.sh and `tsc -b apps/worker`; FOLDER must not exist
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
out=${1:?usage: deploy/assemble.sh FOLDER}
PATH=$root/.tools/bin:$root/.tools/node_modules/.bin:$PATH
export PATH

fail() {
  echo "assemble: $*" >&2
  exit 1
}

[ ! -e "$out" ] || fail "$out exists"
[ -f apps/worker/dist/main.js ] || fail "apps/worker/dist/main.js is missing: run 'tsc -b apps/worker' first"
mkdir -p "$out"
out=$(cd "$out" && pwd -P)

# Folders of the worker and of the packages of this repository that it depends on, in whatever depth.
workspace_folders() {
  node -e '
    const { existsSync, readFileSync, readdirSync } = require("node:fs")
    const folders = new Map()
    for (const parent of ["packages", "apps"]) {
      for (const name of readdirSync(parent)) {
        const file = `${parent}/${name}/package.json`
        if (existsSync(file)) folders.set(JSON.parse(readFileSync(file, "utf8")).name, `${parent}/${name}`)
      }
    }
    const wanted = new Set(["apps/worker"])
    for (const folder of wanted) {
      const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))
      for (const name of Object.keys(dependencies)) if (folders.has(name)) wanted.add(folders.get(name))
    }
    console.log([...wanted].join("\n"))
  '
}

cp package.json pnpm-lock.yaml pnpm-workspace.yaml LICENSE "$out/"
for folder in $(workspace_folders); do
  [ -d "$folder/dist" ] || fail "$folder/dist is missing: run 'tsc -b apps/worker' first"
  mkdir -p "$out/$folder"
  cp "$folder/package.json" "$out/$folder/"
  cp -R "$folder/dist" "$out/$folder/"
  if [ -d "$folder/bin" ]; then cp -R "$folder/bin" "$out/$folder/"; fi
done
find "$out/packages" "$out/apps" \( -name '*.test.*' -o -name '*.tsbuildinfo' -o -name '.tsbuildinfo' \) -type f -delete

(cd "$out" && pnpm_config_pm_on_fail=ignore pnpm install --prod --frozen-lockfile --ignore-scripts --prefer-offline \
  --store-dir "$root/.tools/pnpm-store" --package-import-method copy --filter '@penstock/worker...' --reporter=append-only)

# --- the native Kafka client -----------------------------------------------------------------------------------------

client=node_modules/.pnpm/$(cd node_modules/.pnpm && echo @confluentinc+kafka-javascript@*)/node_modules/@confluentinc/kafka-javascript
[ -d "$root/$client/build/Release" ] || fail "the native Kafka client is not built: run scripts/setup.sh first"
[ -d "$out/$client" ] || fail "the Kafka client is not among the production dependencies: $out/$client"
rm -rf "$out/$client/build" "$out/$client/deps" "$out/$client/src" "$out/$client/examples"
mkdir -p "$out/$client/build/Release" "$out/$client/build/deps"
cp "$root/$client"/build/Release/*.node "$out/$client/build/Release/"
for library in "$root/$client"/build/Release/*.so* "$root/$client"/build/deps/*.so*; do
  [ -e "$library" ] || continue
  place=${library#"$root/$client/"}
  cp -P "$library" "$out/$client/$place"
done

# --- does it run? ----------------------------------------------------------------------------------------------------

(cd "$out/$client" && node -e 'require("./librdkafka.js")') || fail "the native Kafka client can't be loaded from $out"
(cd "$out" && PENSTOCK_NODE=$(node -p process.execPath) apps/worker/bin/penstock-worker --help >/dev/null) || fail "the worker can't be started from $out"
echo "assemble: $(du -sh "$out" | cut -f1) in $out"
