import type { SourceFile } from './parse-source.ts'

const saysNothing = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'types', 'services', 'misc', 'shared'])
const MOST_VALUES = 3 // the one that names the file, and a constant or a check that belongs to it

/** Folders and files whose names say nothing or are no kebab-case. `paths` are those of files. */
export function pathNameViolations(paths: readonly string[]): string[] {
  const violations = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/')
    parts.forEach((part, index) => {
      const name = part.replace(/\..*$/, '')
      const place = parts.slice(0, index + 1).join('/')
      // test/types holds wrong uses for the compiler: there the word says what is in it.
      if (saysNothing.has(name) && place !== 'test/types')
        violations.add(`${place}: the name '${name}' says nothing of what is in it`)
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) violations.add(`${place}: the name is not in kebab-case`)
    })
  }
  return [...violations]
}

/** Files that export values and are named after something else, each with the reason. */
export const namedOtherwise: ReadonlyMap<string, string> = new Map([
  ['src/features/calendar.ts', 'a family of one-line functions of a time'],
  ['src/log/log-errors.ts', 'the errors that all logs throw, in the same words'],
  ['src/stats/math/quarter-turns.ts', 'the parts that sine and cosine share, of no use alone'],
  [
    'src/evaluate/delay-histogram.ts',
    'the histogram lies in an array of the caller, and these are what is done with it',
  ],
  ['src/stats/binary-format.ts', 'a format has two directions, and neither is the main one'],
])

/**
 * Files that are not named after what they export: the file is the kebab-case of an exported value; where a contract is
 * in it, of an exported type; where two or three values belong together, what all their names share (`snapshot.ts` has
 * `saveSnapshot` and `openSnapshot`). Exempt are index.ts and files that export types only or nothing.
 */
export function exportNameViolations(files: readonly SourceFile[]): string[] {
  const violations: string[] = []
  for (const file of files) {
    const base = file.path.slice(file.path.lastIndexOf('/') + 1).replace(/\.ts$/, '')
    const values = file.exports.filter((one) => one.kind === 'value')
    if (file.exports.some((one) => one.name === 'default')) violations.push(`${file.path}: has a default export`)
    if (base === 'index' || values.length === 0) continue
    const isNamed = file.exports.some((one) => kebabCase(one.name) === base)
    const isShared = values.length > 1 && values.every((one) => `-${kebabCase(one.name)}-`.includes(`-${base}-`))
    if (!isNamed && !isShared && !namedOtherwise.has(file.path)) {
      violations.push(
        `${file.path}: exports ${file.exports.map((one) => one.name).join(', ')}, none of which gives the file its name`,
      )
    } else if (values.length > MOST_VALUES && !namedOtherwise.has(file.path)) {
      violations.push(`${file.path}: exports ${values.length} values, more than ${MOST_VALUES}`)
    }
  }
  return violations
}

/** `openMLTask` and `OpenMlTask` are open-ml-task, `LOG_TABLE` is log-table, `log1p` is log1p. */
export function kebabCase(name: string): string {
  if (/^[A-Z0-9_]+$/.test(name)) return name.toLowerCase().replaceAll('_', '-')
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
}
