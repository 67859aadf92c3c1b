import { InvalidArgumentError } from 'commander'
import { durationMs } from '../stats/duration.ts'

/** A duration such as '30m', as an option's value: the text as it was given. */
export function durationOption(text: string): string {
  try {
    durationMs(text, '')
    return text
  } catch {
    throw new InvalidArgumentError("Give a number and a unit (ms, s, m, h, d), such as '30m'.")
  }
}
