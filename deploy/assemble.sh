#!/bin/sh
# Lays out what the image runs: worker, command line and console, the packages they need, production dependencies exactly as
# locked, the native Kafka client without its sources, and the list of all of it (SBOM).
#   deploy/assemble.sh FOLDER    after `make build`; FOLDER must not exist
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
out=${1:?usage: deploy/assemble.sh FOLDER}
PATH=$root/.tools/bin:$root/.tools/node_modules/.bin:$PATH
export PATH
export pnpm_config_pm_on_fail=ignore

fail() {
  echo "assemble: $*" >&2
  exit 1
}

[ ! -e "$out" ] || fail "$out exists"
mkdir -p "$out"
out=$(cd "$out" && pwd -P)

# Programs of the image; the console is files that the worker serves.
programs='worker cli'

# Folders of the programs and of the packages of this repository that they depend on, in whatever depth.
workspace_folders() {
  # shellcheck disable=SC2086 # a list
  node -e '
    const { existsSync, readFileSync, readdirSync } = require("node:fs")
    const folders = new Map()
    for (const parent of ["packages", "apps"]) {
      for (const name of readdirSync(parent)) {
        const file = `${parent}/${name}/package.json`
        if (existsSync(file)) folders.set(JSON.parse(readFileSync(file, "utf8")).name, `${parent}/${name}`)
      }
    }
    const wanted = new Set(process.argv.slice(1).map((name) => `apps/${name}`))
    for (const folder of wanted) {
      const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))
      for (const name of Object.keys(dependencies)) if (folders.has(name)) wanted.add(folders.get(name))
    }
    console.log([...wanted].join("\n"))
  ' $programs
}

cp package.json pnpm-lock.yaml pnpm-workspace.yaml LICENSE deploy/healthcheck.mjs "$out/"
for folder in $(workspace_folders); do
  [ -d "$folder/dist" ] || fail "$folder/dist is missing: run 'make build' first"
  mkdir -p "$out/$folder"
  cp "$folder/package.json" "$out/$folder/"
  cp -R "$folder/dist" "$out/$folder/"
  if [ -d "$folder/bin" ]; then cp -R "$folder/bin" "$out/$folder/"; fi
done
# What `penstock init` makes new packages of.
mkdir -p "$out/examples/plugin-template"
tar -C examples/plugin-template --exclude=node_modules --exclude=dist -cf - . | tar -C "$out/examples/plugin-template" -xf -
find "$out/packages" "$out/apps" \( -name '*.test.*' -o -name '*.tsbuildinfo' -o -name '.tsbuildinfo' \) -type f -delete
(cd apps/console && node_modules/.bin/vite build --logLevel warn --outDir "$out/apps/console/dist")

filters=
for program in $programs; do filters="$filters --filter @penstock/$program..."; done
# shellcheck disable=SC2086 # a list
(cd "$out" && pnpm install --prod --frozen-lockfile --ignore-scripts --prefer-offline \
  --store-dir "$root/.tools/pnpm-store" --package-import-method copy $filters --reporter=append-only)

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

# --- the list of what is in it ---------------------------------------------------------------------------------------

# shellcheck disable=SC2086 # a list
for format in cyclonedx spdx; do
  (cd "$out" && pnpm $filters sbom --prod --sbom-type application --sbom-format "$format" --lockfile-only \
    --out "$out/sbom.$format.json" >/dev/null) || fail "the SBOM ($format) can't be written"
done

# --- does it run? ----------------------------------------------------------------------------------------------------

PENSTOCK_NODE=$(node -p process.execPath)
export PENSTOCK_NODE
(cd "$out/$client" && node -e 'require("./librdkafka.js")') || fail "the native Kafka client can't be loaded from $out"
for program in $programs; do
  name=penstock-$program
  [ "$program" != cli ] || name=penstock
  "$out/apps/$program/bin/$name" --help >/dev/null || fail "$name can't be started from $out"
done
echo "assemble: $(du -sh "$out" | cut -f1) in $out"
