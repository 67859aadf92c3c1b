import { defineConfig } from 'vitest/config'

// Real processes and package managers; and what moves the clock of its whole process.
const slow = [
  'test/testing/check-stream.test.ts',
  'test/process/**/*.test.ts',
  'test/service/**/*.test.ts',
  'test/project/launcher.test.ts',
  'test/project/pack.test.ts',
  'test/log/embedded-log-crash.test.ts',
]
// Thousands of runs with faults: `npm run test:faults`.
const long = ['test/faults/**/*.test.ts']
// The contracts of every learner and transformer, forests over real data, guarantees at length: too long for the unit tests,
// which are run at every turn.
const contracts = [
  'test/contracts/learner.test.ts',
  'test/contracts/learners/*.test.ts',
  'test/contracts/transformer.test.ts',
  'test/learners/ensembles/*.test.ts',
  'test/parity/tree-river.test.ts',
  'test/operators/guarantees.test.ts',
  'test/lifecycle/swaps-under-crashes.test.ts',
]
// Servers that the tests start themselves.
const services = ['test/redis/**/*.test.ts', 'test/prometheus/**/*.test.ts']
// A Kafka broker, which test/kafka/start-kafka.ts starts.
const kafka = ['test/kafka/**/*.test.ts']

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 60_000,
    // .ci/run counts by the report.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'reports/tests.json' }]] : ['default'],
    projects: [
      // One module graph for all files: half of the time would go into loading it anew. So a test leaves what is shared
      // (the environment, the working directory, prototypes) as it was.
      {
        extends: true,
        test: {
          name: 'unit',
          isolate: false,
          setupFiles: ['test/seed-properties.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [...slow, ...long, ...contracts, ...services, ...kafka],
          provide: { contracts: 'quick' },
        },
      },
      {
        extends: true,
        test: {
          name: 'contracts',
          include: contracts,
          provide: { contracts: 'whole' },
          testTimeout: 120_000,
        },
      },
      { extends: true, test: { name: 'process', include: slow, testTimeout: 300_000, hookTimeout: 300_000 } },
      { extends: true, test: { name: 'services', include: services, fileParallelism: false } },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: kafka,
          globalSetup: ['test/kafka/start-kafka.ts'],
          setupFiles: ['test/kafka/need-kafka.ts'],
          fileParallelism: false,
        },
      },
      { extends: true, test: { name: 'faults', include: long, testTimeout: 3_600_000 } },
    ],
  },
})
