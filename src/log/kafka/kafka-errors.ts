import { MillraceError } from '../../errors.ts'
import { kafkaCodes } from './kafka-codes.ts'

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(kafkaCodes).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
)
const denied: ReadonlySet<number> = new Set([
  kafkaCodes.topicAuthorizationFailed,
  kafkaCodes.groupAuthorizationFailed,
  kafkaCodes.clusterAuthorizationFailed,
  kafkaCodes.transactionalIdAuthorizationFailed,
])

/** What a broker answered with an error code; callers branch on the code. */
export class KafkaCodeError extends Error {
  readonly kafkaCode: number

  constructor(call: string, kafkaCode: number) {
    super(`${call}: ${names.get(kafkaCode) ?? 'error'} (Kafka's error ${kafkaCode})`)
    this.name = 'KafkaCodeError'
    this.kafkaCode = kafkaCode
  }
}

/** The errors of the Kafka driver, worded once. */
export const kafkaErrors = {
  unreachable(brokers: string, cause: unknown): MillraceError {
    const wrong = `it can't be reached (${reason(cause)})`
    const remedy = 'See that the brokers run and that their addresses are right (MILLRACE_BROKERS), and try again'
    return new MillraceError('MILLRACE_LOG_UNAVAILABLE', `Kafka at ${brokers}`, wrong, remedy, { cause })
  },

  /** A code that is neither fencing nor about a topic: access denied, or the cluster can't do it now. */
  refused(place: string, cause: KafkaCodeError): MillraceError {
    if (denied.has(cause.kafkaCode)) return kafkaErrors.denied(place, cause)
    return new MillraceError(
      'MILLRACE_LOG_UNAVAILABLE',
      place,
      cause.message,
      "Look into the brokers' logs, and try again",
      {
        cause,
      },
    )
  },

  denied(place: string, cause: unknown): MillraceError {
    const remedy = "Check the credentials, and that this user's ACLs allow it"
    return new MillraceError('MILLRACE_LOG_DENIED', place, reason(cause), remedy, { cause })
  },

  /** Coordinators forget an id after days without a transaction (transactional.id.expiration.ms): nobody has taken over. */
  forgotten(transactionalId: string, cause: KafkaCodeError): MillraceError {
    const wrong = `its coordinator no longer knows it (${cause.message})`
    const remedy = 'Make a new producer with the same id, and read what is committed'
    const place = `transactional producer ${transactionalId}`
    return new MillraceError('MILLRACE_LOG_PRODUCER_FAILED', place, wrong, remedy, { cause })
  },

  group(group: string, cause: KafkaCodeError, remedy: string): MillraceError {
    return new MillraceError('MILLRACE_LOG_GROUP', group, cause.message, remedy, { cause })
  },

  unknownOutcome(transactionalId: string, cause: unknown): MillraceError {
    const wrong = `whether its transaction was committed is not known (${reason(cause)})`
    const remedy = 'Make a new producer with the same id, and read what is committed'
    const place = `transactional producer ${transactionalId}`
    return new MillraceError('MILLRACE_LOG_UNKNOWN_OUTCOME', place, wrong, remedy, { cause })
  },

  corrupt(topic: string, partition: number, wrong: string): MillraceError {
    const remedy = 'Look into the brokers and their disks; a fresh start reads it again'
    return new MillraceError('MILLRACE_LOG_CORRUPT', `log topic ${topic}, partition ${partition}`, wrong, remedy)
  },
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
