/** deploy/Dockerfile as far as it can be checked without an engine; e2e/src/image.test.ts runs what it lays out. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')
const dockerfile = DockerfileParser.parse(text)
const instructions = dockerfile.getInstructions()
const stages = dockerfile.getFROMs()

const named = (keyword: string): Instruction[] => instructions.filter((one) => one.getKeyword() === keyword)
const argumentsOf = (instruction: Instruction | undefined): string => instruction?.getArgumentsContent() ?? ''
/** Of the last stage, which is what is run. */
const last = (keyword: string): Instruction[] => {
  const start = (stages.at(-1) as From).getRange().start.line
  return named(keyword).filter((one) => one.getRange().start.line > start)
}

test('a linter for Dockerfiles finds nothing', () => {
  expect(validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`)).toEqual([])
})

test('the base has an exact version and can be exchanged', () => {
  const base = named('ARG')
    .map(argumentsOf)
    .find((argument) => argument.startsWith('NODE_IMAGE='))
  expect(base).toMatch(/^NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z]+-slim$/)
  expect(stages.map((stage) => [stage.getBuildStage(), stage.getImage()])).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the Dockerfile says it
    ...['manifests', 'build'].map((name) => [name, '${NODE_IMAGE}']),
    ['sbom', 'scratch'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the Dockerfile says it
    ['worker', '${NODE_IMAGE}'],
  ])
})

test('it runs without rights, is asked for its health, and takes SIGTERM itself', () => {
  expect(argumentsOf(last('USER').at(-1))).toBe('1000:1000')
  expect(argumentsOf(last('STOPSIGNAL')[0])).toBe('SIGTERM')
  expect(argumentsOf(last('HEALTHCHECK')[0])).toContain('CMD ["node", "/opt/penstock/healthcheck.mjs"]')
  // As a list: a shell in between would keep the signal.
  expect(JSON.parse(argumentsOf(last('ENTRYPOINT')[0]))).toEqual([
    '/opt/penstock/apps/worker/bin/penstock-worker',
    'distributed',
  ])
  for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
    expect(argumentsOf(last('LABEL')[0])).toContain(`org.opencontainers.image.${label}=`)
  }
})

test('packages of Debian are installed without more, and their lists thrown away', () => {
  const installing = named('RUN')
    .map(argumentsOf)
    .filter((command) => command.includes('apt-get'))
  expect(installing).toHaveLength(2)
  for (const command of installing) {
    expect(command).toContain('--no-install-recommends')
    expect(command).toContain('rm -rf /var/lib/apt/lists/*')
  }
})

test('what it runs and copies is there', () => {
  expect(named('ADD')).toEqual([])
  const scripts = named('RUN').flatMap((run) => argumentsOf(run).match(/(?<=^|\s)(scripts|deploy)\/\S+/g) ?? [])
  expect(scripts).toEqual(['scripts/setup.sh', 'deploy/assemble.sh'])
  for (const script of scripts) expect(existsSync(join(root, script)), script).toBe(true)
  const assemble = readFileSync(join(root, 'deploy/assemble.sh'), 'utf8')
  for (const file of ['healthcheck.mjs', 'sbom.$format.json']) expect(assemble).toContain(file)
})

test('bake builds stages that there are, for both kinds of processors, with arguments that they take', () => {
  const bake = readFileSync(join(root, 'deploy/docker-bake.hcl'), 'utf8')
  const wanted = [...bake.matchAll(/^\s+target\s+= "(.*)"$/gm)].map(([, name]) => name)
  for (const name of wanted) expect(stages.map((stage) => stage.getBuildStage())).toContain(name)
  expect(bake).toContain('platforms = ["linux/amd64", "linux/arm64"]')
  const taken = new Set(named('ARG').map((one) => argumentsOf(one).split('=')[0]))
  const given = /args = \{([^}]*)\}/.exec(bake)?.[1]?.match(/[A-Z_]+(?= +=)/g) ?? []
  expect(new Set(given)).toEqual(taken)
  const base = named('ARG')
    .map(argumentsOf)
    .find((argument) => argument.startsWith('NODE_IMAGE='))
  expect(bake).toContain(`default = "${base?.split('=')[1]}"`)
})
