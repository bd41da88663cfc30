import { defineConfig } from 'vitest/config'

// Imports between packages go to src/ by the `source` condition, so tests need no build.
const resolve = { conditions: ['source', 'module', 'node', 'import', 'default'] }
// Without `import`: vitest hands these to the test's process as flags, where it would break require() of CommonJS.
const ssr = { resolve: { conditions: ['source', 'module', 'node'] } }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          pool: 'forks', // the native Kafka client can't be loaded by two threads of one process
          execArgv: ['--conditions=source'],
          testTimeout: 30_000, // cores that others use too make some take ten times as long
          hookTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } }, // for the same reason
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.test.ts'],
          exclude: ['e2e/src/differential/**', 'e2e/src/helm/**'],
          setupFiles: ['e2e/src/harness/vitest-setup.ts'],
          pool: 'forks',
          execArgv: ['--conditions=source'],
          fileParallelism: false, // two cores and one stack: tests measure times
          testTimeout: 600_000,
          hookTimeout: 300_000,
          teardownTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'differential', // beside Kafka Connect on the JVM
          include: ['e2e/src/differential/**/*.test.ts'],
          setupFiles: ['e2e/src/harness/vitest-setup.ts'],
          pool: 'forks',
          execArgv: ['--conditions=source'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000, // the first time fetches Kafka Connect
          teardownTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'helm', // the chart on real Kubernetes servers, which take minutes to build: not part of `make test`
          include: ['e2e/src/helm/**/*.test.ts'],
          setupFiles: ['e2e/src/harness/vitest-setup.ts'],
          pool: 'forks',
          execArgv: ['--conditions=source'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          teardownTimeout: 60_000,
        },
      },
    ],
  },
})
