import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorsPage } from '../../docs/generate-errors.ts'
import { errors, MillraceError } from '../../src/errors.ts'
import { errorCodes, errorMessages } from './error-messages.ts'
import { parseSource } from './parse-source.ts'
import { listFiles, projectFolder, readSources } from './read-sources.ts'

const codes = Object.keys(errors)
const sources = readSources('src')
const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8')

describe('the table of errors', () => {
  test('has codes of an area and what is wrong', () => {
    for (const code of codes) expect(code).toMatch(/^MILLRACE_[A-Z]+_[A-Z_]+$/)
  })

  test.each(Object.entries(errors))('gives %s a status and an exit code', (_code, { status, exitCode, retryable }) => {
    expect(status >= 400 && status < 600).toBe(true)
    expect(exitCode >= 64 && exitCode <= 78).toBe(true)
    if (retryable) expect([408, 409, 423, 425, 429, 500, 502, 503, 504, 507]).toContain(status)
  })

  test('holds what the sources throw, all of it and nothing else', () => {
    const thrown = new Set(sources.filter((file) => file.path !== 'src/errors.ts').flatMap(errorCodes))
    expect({ neverThrown: codes.filter((code) => !thrown.has(code)) }).toEqual({ neverThrown: [] })
    expect({ notInTheTable: [...thrown].filter((code) => !codes.includes(code)) }).toEqual({ notInTheTable: [] })
  })

  test('is tested, each code somewhere', () => {
    const paths = listFiles('test').filter((path) => path.endsWith('.ts') && !path.startsWith('test/project/'))
    const tests = paths.map(read).join('\n')
    expect({ untested: codes.filter((code) => !new RegExp(`${code}\\b`).test(tests)) }).toEqual({ untested: [] })
  })

  test('is documented: docs/errors.md is what `npm run docs` writes', () => {
    expect(read('docs/errors.md')).toBe(errorsPage(errors, sources.flatMap(errorMessages)))
  })
})

test('an error says its place, what is wrong and what to do, and keeps its cause', () => {
  const cause = new Error('underneath')
  const error = new MillraceError(
    'MILLRACE_STATS_PARAMETER',
    'ewMean',
    'alpha is 2',
    'Give it more than 0 and at most 1',
    { cause },
  )
  expect(error.message).toBe('ewMean: alpha is 2. Give it more than 0 and at most 1.')
  expect(error).toMatchObject({
    name: 'MillraceError',
    code: 'MILLRACE_STATS_PARAMETER',
    cause,
    ...errors.MILLRACE_STATS_PARAMETER,
  })
})

describe('what is read from the sources', () => {
  const parsed = (text: string) => parseSource('src/stats/x.ts', text)

  test('a code counts as thrown where it stands as a value', () => {
    expect(errorCodes(parsed(`throw new MillraceError('MILLRACE_A_B', p, w, r)`))).toEqual(['MILLRACE_A_B'])
    expect(errorCodes(parsed(`fail(cond ? 'MILLRACE_A_B' : 'MILLRACE_A_C')`))).toEqual(['MILLRACE_A_B', 'MILLRACE_A_C'])
    const not = [
      `e.code === 'MILLRACE_A_B'`,
      `switch (c) { case 'MILLRACE_A_B': }`,
      `let x: 'MILLRACE_A_B'`,
      `// 'MILLRACE_A_B'`,
    ]
    expect(not.flatMap((text) => errorCodes(parsed(text)))).toEqual([])
  })

  test('messages are texts, templates and constants', () => {
    const text = `const remedy = 'Do it'\nthrow new MillraceError('MILLRACE_A_B', \`\${p}\`, \`\${n} is 1\`, remedy)`
    expect(errorMessages(parsed(text))).toEqual([{ code: 'MILLRACE_A_B', wrong: '… is 1', remedy: 'Do it' }])
    expect(errorMessages(parsed(`throw new MillraceError(code, p, 'a', 'b')`))).toEqual([])
  })

  test('the page has every code and each message once', () => {
    const message = { code: 'MILLRACE_A_B', wrong: 'it is …', remedy: 'Do it' }
    const page = errorsPage({ MILLRACE_A_B: { retryable: true, status: 503, exitCode: 75 } }, [message, message])
    expect(page).toContain(
      '\n## A\n\n### MILLRACE_A_B\n\nRetryable. HTTP 503. Exit code 75 (try again later).\n\n- it is …. *Do it.*\n',
    )
    expect(page.split('it is …')).toHaveLength(2)
  })
})
