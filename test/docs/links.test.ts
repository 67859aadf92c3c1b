import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../project/read-sources.ts'
import { pages, readPage } from './read-blocks.ts'

describe.each([...pages, 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (page) => {
  it('links to files and headings that are there', () => {
    const broken = linksOf(page).filter((link) => !isThere(page, link))
    expect(broken).toEqual([])
  })

  it('says nothing of the machine that it was written on', () => {
    const home = /(?:^|[\s`'"(])(?:\/(?:work|home|root|tmp|Users)\/\S*)/gm
    expect(readPage(page).match(home) ?? []).toEqual([])
  })

  it('speaks in plain words', () => {
    const praise =
      /\b(blazing|lightning|effortless\w*|seamless\w*|powerful|cutting-edge|state-of-the-art|world-class|robust|simply|just works)\b/gi
    expect(readPage(page).match(praise) ?? []).toEqual([])
  })
})

describe('docs/index.md', () => {
  it('lists every page', () => {
    const listed = linksOf('docs/index.md').map((link) => join('docs', link))
    expect(pages.filter((page) => !['README.md', 'docs/index.md', ...listed].includes(page))).toEqual([])
  })
})

function linksOf(page: string): string[] {
  const prose = readPage(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^https?:/.test(link))
}

function isThere(page: string, link: string): boolean {
  const [path, heading] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(projectFolder, target))) return false
  return heading === undefined || headingsOf(target).includes(heading)
}

/** The anchors that a page's headings get on GitHub. */
function headingsOf(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
