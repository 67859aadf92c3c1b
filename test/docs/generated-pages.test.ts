import { describe, expect, it } from 'vitest'
import { cliPage } from '../../docs/generate-cli.ts'
import { configurationPage } from '../../docs/generate-configuration.ts'
import { readBenchResults } from '../../bench/bench-result.ts'
import { driftDetectorsPage } from '../../docs/generate-drift-detectors.ts'
import { learnersPage } from '../../docs/generate-learners.ts'
import { readPage } from './read-blocks.ts'

describe('docs/cli.md', () => {
  it('is what the commands say of themselves', () => {
    expect(readPage('docs/cli.md'), 'run npm run docs').toBe(cliPage())
  })
})

describe('docs/configuration.md', () => {
  it('is what the configuration is', () => {
    expect(readPage('docs/configuration.md'), 'run npm run docs').toBe(configurationPage())
  })

  it('says of a key what it may be, and hides a secret', () => {
    const page = configurationPage({ logDepth: { description: 'How deep', minimum: 1, maximum: 9, secret: true } }, {})
    expect(page).toContain('| `logDepth` | `MILLRACE_LOG_DEPTH` |  | How deep; 1 to 9; never shown |')
  })
})

describe('docs/drift-detectors.md', () => {
  it('is what the detectors say of themselves and the bench measured', () => {
    expect(readPage('docs/drift-detectors.md'), 'run npm run docs').toBe(driftDetectorsPage(readBenchResults()))
  })
})

describe('docs/learners.md', () => {
  it('is what the learners say of themselves and the bench measured', () => {
    expect(readPage('docs/learners.md'), 'run npm run docs').toBe(learnersPage(readBenchResults()))
  })
})
