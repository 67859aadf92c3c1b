import { isDeepStrictEqual } from 'node:util'

/** Throws unless an output is what it must be: then no speed is printed. */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}: no speed is printed`)
}
