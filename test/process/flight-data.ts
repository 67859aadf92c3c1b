import { createHash } from 'node:crypto'
import { EmbeddedPlatform } from '../../src/service/embedded-platform.ts'
import { decodedTopic } from '../task/flight-log.ts'

/** What the topics of the flight-delay stream in a data directory hold, for comparison. */
export interface FlightData {
  readonly departures: number
  readonly arrivals: number
  readonly predictions: number
  /** Whether predictions are numbered 0, 1, 2 ... in the order of their flights, each flight once. */
  readonly gapless: boolean
  /** SHA-256 of all decoded predictions. */
  readonly digest: string
}

export async function readFlightData(data: string): Promise<FlightData> {
  const platform = new EmbeddedPlatform({ data, durability: 'process' })
  try {
    const { log } = platform
    const records = async (topic: string): Promise<number> => {
      const { start, readableEnd } = await log.bounds({ topic, partition: 0 })
      return readableEnd - start
    }
    const predictions = await decodedTopic(log, 'flight-delay.predictions', 'prediction')
    const hash = createHash('sha256')
    for (const prediction of predictions) hash.update(JSON.stringify(prediction))
    return {
      departures: await records('flights.departures'),
      arrivals: await records('flights.arrivals'),
      predictions: predictions.length,
      gapless: predictions.every(({ id, sequence }, i) => id === String(i) && sequence === i),
      digest: hash.digest('hex'),
    }
  } finally {
    await platform.close()
  }
}
