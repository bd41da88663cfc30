#!/bin/sh
# Fetches or builds what the tests of the chart on a real API server need, all below .tools/kube: helm, Kubernetes' servers,
# etcd, and the definitions of the Prometheus operator's and KEDA's objects. About 10 minutes the first time; then nothing.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .tools/kube/bin
tools=$(cd .tools/kube && pwd -P)
bin=$tools/bin

say() { printf '%s\n' "kube-tools: $*"; }
fail() {
  printf '%s\n' "kube-tools: $*" >&2
  exit 1
}

helm=v3.22.0
kubernetes=v1.34.3
operator=v0.85.0
keda=v2.21.0

need_go() {
  command -v go >/dev/null 2>&1 || fail "Go 1.24 or newer is needed to build helm and Kubernetes: https://go.dev/dl"
  export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
}

if [ ! -x "$bin/helm" ]; then
  need_go
  say "building helm $helm, about 2 minutes"
  GOBIN=$bin go install "helm.sh/helm/v3/cmd/helm@$helm"
fi

if [ ! -x "$bin/kube" ]; then
  need_go
  say "building Kubernetes $kubernetes, up to 8 minutes"
  version=k8s.io/component-base/version
  (cd scripts/kube && go build -trimpath -o "$bin/kube" \
    -ldflags "-s -w -X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=34" .)
fi

if [ ! -x "$bin/etcd" ]; then
  if command -v etcd >/dev/null 2>&1; then
    ln -sf "$(command -v etcd)" "$bin/etcd"
  else
    say "fetching etcd from Debian's archive; nothing is installed"
    (cd "$tools" && apt-get download etcd-server && dpkg-deb -x etcd-server_*.deb etcd-root) >/dev/null ||
      fail "etcd can't be fetched: install it (Debian: etcd-server)"
    ln -sf ../etcd-root/usr/bin/etcd "$bin/etcd"
  fi
fi

# definitions MODULE PATTERN FILE: files of a module, as they were published
definitions() {
  [ ! -f "$tools/crds/$3" ] || return 0
  need_go
  say "fetching $3"
  folder=$(cd "$tools" && go mod download -json "$1" | sed -n 's/^.*"Dir": "\(.*\)",*$/\1/p')
  [ -n "$folder" ] || fail "$1 can't be fetched"
  mkdir -p "$tools/crds"
  # shellcheck disable=SC2086 # a pattern
  cat "$folder"/$2 >"$tools/crds/$3.new"
  mv "$tools/crds/$3.new" "$tools/crds/$3"
}

for kind in servicemonitors podmonitors prometheusrules; do
  definitions "github.com/prometheus-operator/prometheus-operator@$operator" \
    "example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml" "$kind.yaml"
done
definitions "github.com/kedacore/keda/v2@$keda" 'config/crd/bases/keda.sh_scaledobjects.yaml' scaledobjects.yaml
