import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, projectFolder } from '../project/read-sources.ts'

/** A fenced block of a page. */
export interface Block {
  readonly page: string
  /** Of the fence, from 1. */
  readonly line: number
  readonly language: string
  /** The HTML comment right above the fence, which says what the block is: `file: streams/card-fraud.ts`. */
  readonly note: string
  readonly text: string
}

/** The pages of the documentation, README first. */
export const pages: readonly string[] = ['README.md', ...listFiles('docs').filter((path) => path.endsWith('.md'))]

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(join(projectFolder, page), 'utf8')
}

/** All fenced blocks of a page, in order. */
export function readBlocks(page: string): readonly Block[] {
  const lines = readPage(page).split('\n')
  const blocks: Block[] = []
  for (let i = 0; i < lines.length; i++) {
    const language = /^```(\w*)$/.exec(lines[i])?.[1]
    if (language === undefined) continue
    const end = lines.indexOf('```', i + 1)
    if (end < 0) throw new Error(`${page}:${i + 1}: the block has no end`)
    const note = /^<!-- (.*) -->$/.exec(lines[i - 1] ?? '')?.[1] ?? ''
    blocks.push({ page, line: i + 1, language, note, text: `${lines.slice(i + 1, end).join('\n')}\n` })
    i = end
  }
  return blocks
}
