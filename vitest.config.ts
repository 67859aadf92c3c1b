import { defineConfig } from 'vitest/config'

// Real processes, ports and package managers.
const slow = ['test/process/**/*.test.ts', 'test/service/**/*.test.ts', 'test/project/pack.test.ts']
// Thousands of runs with faults: `npm run test:faults`.
const long = ['test/faults/**/*.test.ts']

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 60_000,
    // .ci/run counts by the report.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'reports/tests.json' }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...slow, ...long] } },
      { extends: true, test: { name: 'process', include: slow, testTimeout: 300_000, hookTimeout: 300_000 } },
      { extends: true, test: { name: 'faults', include: long, testTimeout: 3_600_000 } },
    ],
  },
})
