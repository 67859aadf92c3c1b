import type { Log } from '../log/log.ts'
import type { Decision } from '../task/decision.ts'
import { Journal } from '../task/journal.ts'
import { partList, partName, partWords } from './part-words.ts'

type Change = Extract<Decision, { kind: 'change' }>

/** What a start made of a changed stream's state, a line for each group; none where the journal tells of no change from an offset on. */
export async function changeLines(
  log: Log,
  stream: string,
  from: number,
  rebuild: string | undefined,
): Promise<string[]> {
  const records = await new Journal(log, stream, 0).read(from)
  const change = records.flatMap(({ decisions }) => decisions).findLast((one): one is Change => one.kind === 'change')
  if (change === undefined) return []
  const { kept, reset, carried = {}, rebuilt = [] } = change
  const same = kept.filter((path) => !(path in carried))
  const anew = reset.filter((path) => !rebuilt.includes(path))
  const moved = Object.entries(carried).map(
    ([path, how]) => `${partName(path) ?? path}${how === '' ? '' : ` (${how})`}`,
  )
  return [
    `The stream has changed since its last transaction: ${same.length} parts of its state are kept.`,
    ...(moved.length > 0 ? [`Carried over: ${[...new Set(moved)].join(', ')}.`] : []),
    ...(rebuilt.length > 0 ? [`Rebuilt from ${rebuild ?? 'the log'}: ${partList(partWords(rebuilt))}.`] : []),
    ...(anew.length > 0 ? [`Begun anew: ${partList(partWords(anew))}.`] : []),
  ]
}
