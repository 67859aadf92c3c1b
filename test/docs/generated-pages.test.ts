import { describe, expect, it } from 'vitest'
import { configurationPage } from '../../docs/generate-configuration.ts'
import { readPage } from './read-blocks.ts'

describe('docs/configuration.md', () => {
  it('is what the configuration is', () => {
    expect(readPage('docs/configuration.md'), 'run npm run docs').toBe(configurationPage())
  })

  it('says of a key what it may be, and hides a secret', () => {
    const page = configurationPage({ logDepth: { description: 'How deep', minimum: 1, maximum: 9, secret: true } }, {})
    expect(page).toContain('| `logDepth` | `MILLRACE_LOG_DEPTH` |  | How deep; 1 to 9; never shown |')
  })
})
