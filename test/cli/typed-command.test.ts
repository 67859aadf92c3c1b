import { expect, it } from 'vitest'
import { typedCommand } from '../../src/cli/typed-command.ts'

it('a command is said as it can be typed: in a clone, with npx, or installed', () => {
  expect(typedCommand('backtest phishing', process.cwd(), undefined)).toBe('npm run millrace -- backtest phishing')
  expect(typedCommand('backtest phishing', '/', 'npx')).toBe('npx millrace backtest phishing')
  expect(typedCommand('backtest phishing', '/', 'demo')).toBe('millrace backtest phishing')
})
