import { kafkaCodes } from './kafka-codes.ts'
import { KafkaCodeError } from './kafka-errors.ts'

/** What a coordinator is asked for, as the protocol numbers it. */
export const coordinators = { group: 0, transaction: 1 } as const

interface Found {
  readonly errorCode: number
  readonly coordinator: { readonly nodeId: number }
}

/** The broker that coordinates a group or a transactional id; `ask` asks any broker. Throws a KafkaCodeError, or what `ask` throws. */
export async function findCoordinator(
  ask: (name: string, args: object) => Promise<Found>,
  id: string,
  coordinatorType: (typeof coordinators)[keyof typeof coordinators],
): Promise<number> {
  const { errorCode, coordinator } = await ask('GroupCoordinator', { groupId: id, coordinatorType })
  if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('find coordinator', errorCode)
  return coordinator.nodeId
}
