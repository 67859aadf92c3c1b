import { MillraceError } from '../errors.ts'
import { dryRun, type MadeUp, refuseAsync } from './dry-run.ts'
import type { FoldPlan } from './graph.ts'
import { plainCopy } from './plain-copy.ts'

/**
 * Tries a fold on made-up records, to find a state that is no plain data and could not be saved: `fed` is what `step` gets,
 * a record or, of a label, its value. Throws MILLRACE_STREAM_FEATURE, and what `dryRun` throws.
 */
export function checkFold(
  { init, step, read }: FoldPlan,
  fed: MadeUp | boolean | number | string,
  place: string,
): void {
  for (const [name, part] of Object.entries({ init, step, read })) {
    if (typeof part !== 'function') throw wrong(place, `${name} is no function`, 'Give init, step and read')
    refuseAsync(part, `${place}, ${name}`)
  }
  const first = init()
  const odd = oddity(first)
  if (odd !== undefined) throw notPlain(`${place}, init`, odd)
  let after: string | undefined
  const stepped = (record: unknown): undefined => {
    after ??= oddity(step(plainCopy(first) as never, (typeof fed === 'object' ? record : fed) as never))
  }
  dryRun(stepped, typeof fed === 'object' ? [fed] : [], `${place}, step`)
  if (after !== undefined) throw notPlain(`${place}, step`, after)
}

/** What keeps a value from being plain data; undefined where it is. */
function oddity(value: unknown): string | undefined {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return undefined
  if (typeof value !== 'object') return typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`
  const prototype = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype) {
    return `a ${prototype.constructor?.name ?? 'class'}`
  }
  for (const part of Object.values(value)) {
    const odd = part === undefined ? undefined : oddity(part) // JSON leaves it out, and it is undefined again
    if (odd !== undefined) return odd
  }
  return undefined
}

function notPlain(place: string, odd: string): MillraceError {
  const remedy = 'Keep numbers, strings, booleans, null, and arrays and plain objects of them: only such can be saved'
  return wrong(place, `the state is or holds ${odd}`, remedy)
}

function wrong(place: string, found: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_STREAM_FEATURE', place, found, remedy)
}
