import type { TopicPartition } from '../log.ts'
import { kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { KafkaCodeError } from './kafka-errors.ts'

/** Asked for instead of a time: the end that a read-committed consumer sees, and the first offset that is kept. */
export const offsetTimes = { latest: -1, earliest: -2 } as const

interface ListedOffsets {
  readonly responses: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number; readonly offset: string }[]
  }[]
}

/** The first offset at or after a time, as the broker finds it, ms; -1 when there is none. Throws MILLRACE_LOG_UNKNOWN_TOPIC. */
export function partitionOffset(cluster: KafkaCluster, place: TopicPartition, time: number): Promise<number> {
  return cluster.retrying(`log topic ${place.topic}, partition ${place.partition}`, place.topic, async () => {
    const node = await cluster.leader(place)
    const [offset] = await listOffsets(cluster, node, [place], time)
    return offset
  })
}

/** The same for partitions that one broker leads. Throws KafkaCodeError. */
export async function listOffsets(
  cluster: KafkaCluster,
  node: number,
  places: readonly TopicPartition[],
  time: number,
): Promise<number[]> {
  const topics = places.map(({ topic, partition }) => ({ topic, partitions: [{ partition, timestamp: time }] }))
  const args = { replicaId: -1, isolationLevel: 1, topics }
  const { responses } = await cluster.call<ListedOffsets>(node, 'ListOffsets', args)
  return places.map(({ topic, partition }) => {
    const of = responses.filter((response) => response.topic === topic).flatMap(({ partitions }) => partitions)
    const found = of.find((one) => one.partition === partition)
    const code = found?.errorCode ?? kafkaCodes.networkException
    if (code !== kafkaCodes.none) throw new KafkaCodeError('list offsets', code)
    return Number(found!.offset)
  })
}
