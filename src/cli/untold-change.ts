import type { Log } from '../log/log.ts'
import type { Decision } from '../task/decision.ts'
import { Journal } from '../task/journal.ts'
import type { JournalRecord } from '../task/journal-record.ts'
import { SEQUENCES } from '../task/output-writer.ts'

type Change = Extract<Decision, { kind: 'change' }>

/** What a change of the stream did to its models, where it has not become a model event yet. */
export async function untoldChange(log: Log, stream: string): Promise<string | undefined> {
  const journal = new Journal(log, stream, 0)
  const records = await journal.read((await journal.bounds()).start)
  const isChange = (one: Decision): one is Change => one.kind === 'change'
  const at = records.findLastIndex(({ decisions }) => decisions.some(isChange))
  if (at < 0) return undefined
  const told = ({ sequences }: JournalRecord): number => sequences[SEQUENCES.models]
  if (told(records[records.length - 1]) > told(records[at])) return undefined
  const change = records[at].decisions.findLast(isChange) as Change
  const how = change.carried?.models
  const later = 'the step is told with the next record that can be used'
  if (how !== undefined) return `The stream was changed, and its models are carried over (${how}): ${later}.`
  return change.reset.includes('models') ? `The stream was changed, and its models begin anew: ${later}.` : undefined
}
