# docker buildx bake -f deploy/docker-bake.hcl            the image for both kinds of processors
# docker buildx bake -f deploy/docker-bake.hcl local      for this machine, into its engine
# docker buildx bake -f deploy/docker-bake.hcl sbom       the lists of what is in it, into ./sbom
variable "REPOSITORY" { default = "penstock" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "unknown" }
variable "NODE_IMAGE" { default = "node:24.21.0-bookworm-slim" }
variable "NPM_REGISTRY" { default = "https://registry.npmjs.org/" }

group "default" { targets = ["worker"] }

target "common" {
  context    = "."
  dockerfile = "deploy/Dockerfile"
  args = {
    NODE_IMAGE   = NODE_IMAGE
    NPM_REGISTRY = NPM_REGISTRY
    VERSION      = VERSION
    REVISION     = REVISION
  }
}

target "worker" {
  inherits  = ["common"]
  target    = "worker"
  platforms = ["linux/amd64", "linux/arm64"]
  tags      = ["${REPOSITORY}:${VERSION}"]
  attest    = ["type=provenance,mode=max", "type=sbom"]
}

target "local" {
  inherits = ["common"]
  target   = "worker"
  tags     = ["${REPOSITORY}:${VERSION}"]
  output   = ["type=docker"]
}

target "sbom" {
  inherits = ["common"]
  target   = "sbom"
  output   = ["type=local,dest=sbom"]
}
