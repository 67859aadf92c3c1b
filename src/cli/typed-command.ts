import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'

const packageFolder = resolve(import.meta.dirname, '../..')

/** A command of Millrace, such as 'backtest phishing', as it can be typed in this folder: in a clone of Millrace by its script, with npx for who came by it, else by its name. */
export function typedCommand(
  command: string,
  folder: string = process.cwd(),
  lifecycleEvent: string | undefined = process.env.npm_lifecycle_event,
): string {
  if (realpathSync(folder) === packageFolder) return `npm run millrace -- ${command}`
  return `${lifecycleEvent === 'npx' ? 'npx ' : ''}millrace ${command}`
}
