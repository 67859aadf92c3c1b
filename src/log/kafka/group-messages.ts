import kafkajs from 'kafkajs'
import type { TaskClaim } from '../task-group.ts'

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol
const VERSION = 0
const noClaim: TaskClaim = { hasTask: false, generation: 0, progress: -1 }

/** What a leader says to a member. */
export interface OwnerMessage {
  readonly generation: number
  readonly owner: string
  /** How many are in the group. */
  readonly members: number
}

/** What members of a group say of themselves and are told, in the form of a consumer group: Kafka's own tools read the topics and partitions. */
export const groupMessages = {
  encodeClaim(claim: TaskClaim, topics: readonly string[]): Buffer {
    const userData = Buffer.from(JSON.stringify(claim))
    return MemberMetadata.encode({ version: VERSION, topics: [...topics], userData })
  },

  /** Of another program's member, or a later release's that says it otherwise: no claim. */
  decodeClaim(bytes: Buffer): TaskClaim {
    const said = read(() => MemberMetadata.decode(bytes)?.userData) as Partial<TaskClaim> | undefined
    const { hasTask, generation, progress } = said ?? {}
    if (typeof hasTask !== 'boolean' || !Number.isSafeInteger(generation) || !Number.isSafeInteger(progress))
      return noClaim
    return { hasTask, generation: generation as number, progress: progress as number }
  },

  /** `partitions`: what this member reads. */
  encodeOwner(message: OwnerMessage, partitions: Readonly<Record<string, number[]>>): Buffer {
    const userData = Buffer.from(JSON.stringify(message))
    return MemberAssignment.encode({ version: VERSION, assignment: partitions, userData })
  },

  /** Undefined where the bytes are no such message. */
  decodeOwner(bytes: Buffer): OwnerMessage | undefined {
    const message = read(() => MemberAssignment.decode(bytes)?.userData) as Partial<OwnerMessage> | undefined
    if (typeof message?.owner !== 'string' || !Number.isSafeInteger(message.generation)) return undefined
    return { owner: message.owner, generation: message.generation as number, members: message.members ?? 1 }
  },
}

function read(userData: () => Buffer | undefined): object | undefined {
  try {
    return JSON.parse(String(userData())) as object
  } catch {
    return undefined
  }
}
