import { InvalidArgumentError } from 'commander'

/** A whole number from 1, as an option's value. */
export function countOption(text: string): number {
  const count = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Give a whole number from 1.')
  return count
}
