import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { backtestCommand } from '../../src/cli/backtest-command.ts'

test('the page about backtests has every option of the command', () => {
  const page = readFileSync('docs/backtest.md', 'utf8')
  const [, table] = page.split('| Option | |')
  const options = backtestCommand().options.map(({ flags }) => flags)
  expect(options.length).toBeGreaterThan(2)
  const rows = [...options, '--json'].filter((flags) => !table.includes(`| \`${flags}\` |`))
  expect(rows).toEqual([])
})
