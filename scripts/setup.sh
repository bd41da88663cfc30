#!/bin/sh
# Makes the checkout ready to build: Node, pnpm, the packages and the native Kafka client, all inside the checkout.
# Does nothing, fast, where nothing is to do.   With --servers also checks what the local Kafka and Elasticsearch need,
# with --tests a browser as well.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
tools=$root/.tools
stamp=$tools/stamps/setup

say() { printf '%s\n' "setup: $*"; }
fail() {
  printf '%s\n' "setup: $*" >&2
  exit 1
}

# --- Debian packages -------------------------------------------------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
  command -v apt-get >/dev/null 2>&1 || return 1
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# apt_install WHY PACKAGE...
apt_install() {
  why=$1
  shift
  if ! can_install; then
    fail "$why needs these packages (names of Debian): $*
  sudo apt-get install -y $*"
  fi
  say "installing Debian packages for $why: $*"
  mkdir -p "$tools/logs"
  { as_root apt-get update && DEBIAN_FRONTEND=noninteractive as_root apt-get install -y --no-install-recommends "$@"; } \
    >"$tools/logs/apt.log" 2>&1 || { tail -n 20 "$tools/logs/apt.log" >&2; fail "apt-get failed, see .tools/logs/apt.log"; }
}

# --- Node and pnpm ---------------------------------------------------------------------------------------------------

new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 22) ? 0 : 1)' 2>/dev/null
}

own_node() {
  for candidate in "$tools"/node_modules/node-*/bin/node; do
    if [ -x "$candidate" ]; then printf '%s' "$candidate"; return; fi
  done
}

platform_package() {
  case $(uname -s) in Linux) os=linux ;; Darwin) os=darwin ;; *) fail "no Node package for $(uname -s): set PENSTOCK_NODE" ;; esac
  case $(uname -m) in x86_64 | amd64) arch=x64 ;; aarch64 | arm64) arch=arm64 ;; *) fail "no Node package for $(uname -m): set PENSTOCK_NODE" ;; esac
  printf 'node-%s-%s' "$os" "$arch"
}

# install_tools PACKAGE...   (npm removes what a --no-save install doesn't name, so name everything each time)
install_tools() {
  command -v npm >/dev/null 2>&1 || fail "npm is needed to fetch Node and pnpm: install Node (any version) with npm"
  say "fetching $*"
  mkdir -p "$tools/logs"
  npm install --prefix "$tools" --no-save --no-audit --no-fund --no-package-lock --cache "$tools/npm-cache" "$@" \
    >"$tools/logs/npm.log" 2>&1 || { tail -n 20 "$tools/logs/npm.log" >&2; fail "npm install failed"; }
}

choose_node() {
  if [ -n "${PENSTOCK_NODE:-}" ]; then
    new_enough "$PENSTOCK_NODE" || fail "PENSTOCK_NODE=$PENSTOCK_NODE is no Node of version 22.22 or newer"
    node=$PENSTOCK_NODE
    return
  fi
  node=$(own_node)
  [ -z "$node" ] || return 0
  # .tools/bin/node is what an earlier run chose; make puts it first on PATH
  node=$(command -v node || true)
  if [ -n "$node" ]; then node=$("$node" -p process.execPath); fi
  if [ -n "$node" ] && new_enough "$node"; then return; fi
  node=
}

prepare_tools() {
  choose_node
  if [ -z "$node" ]; then
    install_tools "$(platform_package)@24" pnpm@12 node-gyp@12
    node=$(own_node)
    [ -n "$node" ] || fail "the Node package came without a program"
  elif [ ! -x "$tools/node_modules/.bin/pnpm" ] || [ ! -e "$tools/node_modules/.bin/node-gyp" ]; then
    if [ -n "$(own_node)" ]; then install_tools "$(platform_package)@24" pnpm@12 node-gyp@12; else install_tools pnpm@12 node-gyp@12; fi
  fi
  mkdir -p "$tools/bin" "$tools/stamps" "$tools/logs"
  [ "$(readlink "$tools/bin/node" || true)" = "$node" ] || ln -sfn "$node" "$tools/bin/node"
  for tool in pnpm node-gyp; do
    [ -e "$tools/bin/$tool" ] || ln -sfn "../node_modules/.bin/$tool" "$tools/bin/$tool"
  done
  PATH=$tools/bin:$PATH
  export PATH
}

# --- packages and the native Kafka client ----------------------------------------------------------------------------

fingerprint() {
  { "$node" -p 'process.version + process.arch + process.execPath'
    cat pnpm-lock.yaml pnpm-workspace.yaml package.json packages/*/package.json apps/*/package.json e2e/package.json scripts/setup.sh
  } | cksum
}

kafka_client() {
  for dir in node_modules/.pnpm/@confluentinc+kafka-javascript@*/node_modules/@confluentinc/kafka-javascript; do
    if [ -f "$dir/package.json" ]; then printf '%s' "$root/$dir"; return; fi
  done
  fail "@confluentinc/kafka-javascript is not installed"
}

loads() { (cd "$client" && "$node" -e 'require("./librdkafka.js")') >/dev/null 2>&1; }

fetch_prebuilt() {
  limit=
  if command -v timeout >/dev/null 2>&1; then limit='timeout 90'; fi
  (cd "$client" && $limit ./node_modules/.bin/node-pre-gyp install) >"$tools/logs/kafka-client-prebuilt.log" 2>&1 && loads
}

missing_headers() {
  for header in curl/curl.h openssl/ssl.h zlib.h zstd.h; do
    printf '#include <%s>\n' "$header" | cc -E - >/dev/null 2>&1 || return 0
  done
  return 1
}

check_compiler() {
  case $(uname -s) in Linux) ;; *) return 0 ;; esac
  if command -v c++ >/dev/null && command -v make >/dev/null && command -v python3 >/dev/null && ! missing_headers; then return; fi
  apt_install 'the native Kafka client' libcurl4-openssl-dev libssl-dev zlib1g-dev libzstd-dev build-essential python3
}

limited_make() {
  cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
  cat <<EOF
#!/bin/sh
if [ "\${1:-}" = -j ]; then shift; set -- "-j$cores" "\$@"; fi
exec "$(command -v make)" "\$@"
EOF
}

compile_client() {
  check_compiler
  prefix=$(cd "$(dirname "$("$node" -p 'require("fs").realpathSync(process.execPath)')")/.." && pwd -P)
  # a user's npm configuration may name the headers of another Node
  if [ -f "$prefix/include/node/node.h" ]; then npm_config_nodedir=$prefix; else npm_config_nodedir=; fi
  export npm_config_nodedir
  say "building the native Kafka client, about 2 minutes on 2 cores (log: .tools/logs/kafka-client-build.log)"
  log=$tools/logs/kafka-client-build.log
  # One job at the top: its steps don't wait for each other otherwise. One of them says "make -j" without a limit.
  mkdir -p "$tools/build-bin"
  limited_make >"$tools/build-bin/make"
  chmod +x "$tools/build-bin/make"
  (cd "$client" && CKJS_LINKING=dynamic JOBS=1 MAKEFLAGS= PATH=$tools/build-bin:$PATH node-gyp rebuild) >"$log" 2>&1 &
  compiler=$!
  waited=0
  while kill -0 "$compiler" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    [ $((waited % 30)) != 0 ] || say "still building the native Kafka client, ${waited} s"
  done
  wait "$compiler" || { tail -n 30 "$log" >&2; fail "building the native Kafka client failed, whole log: $log"; }
  loads || { (cd "$client" && "$node" -e 'require("./librdkafka.js")') || true; fail "the built native Kafka client can't be loaded"; }
}

# The finished client is kept beside the packages, so a fresh node_modules needs no second build.
prepare_client() {
  client=$(kafka_client)
  version=$("$node" -p "require('$client/package.json').version")
  kept=$tools/kafka-client/$version-$("$node" -p '`abi${process.versions.modules}-${process.platform}-${process.arch}`')
  if [ -d "$client/build/Release" ] && loads; then
    [ -d "$kept" ] || keep_client
    return
  fi
  if [ -d "$kept" ]; then
    mkdir -p "$client/build"
    cp -R "$kept/." "$client/build/"
    if loads; then return; fi
    rm -rf "$kept" "$client/build"
  fi
  say "fetching the prebuilt native Kafka client"
  if ! fetch_prebuilt; then
    say "no prebuilt native Kafka client to be had"
    rm -rf "$client/build"
    compile_client
  fi
  keep_client
}

keep_client() {
  rm -rf "$kept" "$kept.new"
  mkdir -p "$kept.new/Release" "$kept.new/deps"
  cp "$client"/build/Release/*.node "$kept.new/Release/"
  for library in "$client"/build/Release/*.so* "$client"/build/Release/*.dylib; do
    [ ! -e "$library" ] || cp -P "$library" "$kept.new/Release/"
  done
  for library in "$client"/build/deps/*.so* "$client"/build/deps/*.dylib; do
    [ ! -e "$library" ] || cp -P "$library" "$kept.new/deps/"
  done
  mv "$kept.new" "$kept"
}

prepare_packages() {
  say "installing packages"
  pnpm_config_pm_on_fail=ignore pnpm install --frozen-lockfile --ignore-scripts --reporter=append-only \
    >"$tools/logs/pnpm.log" 2>&1 || { tail -n 30 "$tools/logs/pnpm.log" >&2; fail "pnpm install failed"; }
}

# --- what local servers need -----------------------------------------------------------------------------------------

docker_answers() {
  command -v docker >/dev/null 2>&1 || return 1
  if command -v timeout >/dev/null 2>&1; then timeout 10 docker info >/dev/null 2>&1; else docker info >/dev/null 2>&1; fi
}

java_version() {
  "$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1
}

has_jdk() {
  for java in "${JAVA_HOME:-/nonexistent}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -x "$java" ] || continue
    version=$(java_version "$java")
    if [ "${version:-0}" -ge 17 ]; then return; fi
  done
  return 1
}

prepare_servers() {
  if [ -n "${KAFKA_BOOTSTRAP_SERVERS:-}" ] && [ -n "${ELASTICSEARCH_URL:-}" ]; then return; fi
  if docker_answers; then return; fi
  if has_jdk && command -v mvn >/dev/null 2>&1; then return; fi
  if can_install; then
    apt_install 'local Kafka and Elasticsearch servers' default-jdk-headless maven
  else
    fail "Kafka and Elasticsearch are needed: name running ones by KAFKA_BOOTSTRAP_SERVERS and ELASTICSEARCH_URL,
  or start a Docker engine, or install a JDK (17 or newer, 21 for Elasticsearch 9) and Maven:
  sudo apt-get install -y default-jdk-headless maven"
  fi
}

# The console's tests go without, and say so, where there is none.
prepare_browser() {
  if [ -n "${PENSTOCK_CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; then return; fi
  if can_install; then (apt_install 'tests of the console in a browser' chromium) || say 'going on without a browser'; fi
}

is_built() {
  [ -f node_modules/.modules.yaml ] || return 1
  for binary in node_modules/.pnpm/@confluentinc+kafka-javascript@*/node_modules/@confluentinc/kafka-javascript/build/Release/*.node; do
    [ -f "$binary" ] && return
  done
  return 1
}

prepare_tools
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$(fingerprint)" ] || ! is_built; then
  prepare_packages
  prepare_client
  fingerprint >"$stamp"
  say "ready: Node $("$node" --version)"
fi
case ${1:-} in
  --servers) prepare_servers ;;
  --tests)
    prepare_servers
    prepare_browser
    ;;
esac
