import type { Config } from '../config/config-schema.ts'
import type { Journal } from '../task/journal.ts'
import type { ModelFigures } from '../telemetry/committed-figures.ts'

const ANSWER_MS = 2000

interface Answer {
  readonly task: {
    readonly incarnation: number
    readonly transaction: number
    readonly models: readonly ModelFigures[]
  } | null
}

/**
 * The models in the race of a stream that runs, as its API tells them; undefined where none answers at the configured
 * address, or one whose stream does not write this journal.
 */
export async function modelsAtWork(
  { host, port }: Pick<Config, 'host' | 'port'>,
  stream: string,
  journal: Journal,
): Promise<readonly ModelFigures[] | undefined> {
  const before = await journal.last()
  let answer: Answer
  try {
    const signal = AbortSignal.timeout(ANSWER_MS)
    const response = await fetch(`http://${host}:${port}/streams/${encodeURIComponent(stream)}`, { signal })
    if (!response.ok) return undefined
    answer = (await response.json()) as Answer
  } catch {
    return undefined
  }
  const after = await journal.last()
  const { task } = answer
  if (before === undefined || after === undefined || !task || task.incarnation !== after.incarnation) return undefined
  const isOfJournal = task.transaction >= before.seq - 1 && task.transaction <= after.seq // it may not have heard of its latest
  return isOfJournal ? task.models : undefined
}
