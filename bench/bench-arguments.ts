import { parseArgs } from 'node:util'

/**
 * The arguments of a bench: each setting by its name with a number, `--date`, the day to write down: without it figures are
 * printed and not kept; and what else it takes as text. Throws on any other.
 */
export function benchArguments<Settings extends Record<string, number>>(
  defaults: Settings,
  textNames: readonly string[] = [],
): {
  readonly settings: Settings
  readonly date: string | undefined
  readonly texts: Readonly<Record<string, string | undefined>>
} {
  const names = Object.keys(defaults)
  const options = Object.fromEntries(
    [...names, 'date', ...textNames].map((name) => [name, { type: 'string' as const }]),
  )
  const { values } = parseArgs({ options })
  const settings = Object.fromEntries(names.map((name) => [name, numberOf(name, values[name], defaults[name])]))
  const { date } = values
  if (date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(date))
    throw new Error(`--date ${date} is not a day like 2030-12-31`)
  const texts = Object.fromEntries(textNames.map((name) => [name, values[name]]))
  return { settings: settings as Settings, date, texts }
}

function numberOf(name: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (!(value > 0)) throw new Error(`--${name} ${given} is not a number above 0`)
  return value
}
