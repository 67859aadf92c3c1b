import type { Log } from '../../src/log/log.ts'
import { decodedTopic } from '../task/flight-log.ts'

/** All predictions in the log, each as the JSON that the API sends of it, sorted. */
export async function committedPredictions(log: Log): Promise<string[]> {
  const records = await decodedTopic(log, 'flight-delay.predictions', 'prediction')
  const fields = records.map((record) => Object.entries(record).filter(([name]) => !name.startsWith('$')))
  return fields.map((entries) => JSON.stringify(Object.fromEntries(entries))).sort()
}
