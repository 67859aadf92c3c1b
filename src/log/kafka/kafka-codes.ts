/** Error codes of the Kafka protocol that this driver tells apart. */
export const kafkaCodes = {
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  requestTimedOut: 7,
  replicaNotAvailable: 9,
  messageTooLarge: 10,
  networkException: 13,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  invalidTopic: 17,
  recordListTooLarge: 18,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  illegalGeneration: 22,
  inconsistentGroupProtocol: 23,
  unknownMember: 25,
  invalidSessionTimeout: 26,
  rebalanceInProgress: 27,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  clusterAuthorizationFailed: 31,
  topicExists: 36,
  notController: 41,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  invalidTransactionState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  transactionalIdAuthorizationFailed: 53,
  operationNotAttempted: 55,
  storageError: 56,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  offsetNotAvailable: 78,
  memberIdRequired: 79,
  producerFenced: 90,
} as const

/** Errors after which the same request may succeed, once leaders or coordinators are looked up again. */
const passing: ReadonlySet<number> = new Set([
  kafkaCodes.corruptMessage, // damaged on its way, or on a disk of which there are replicas
  kafkaCodes.unknownTopicOrPartition,
  kafkaCodes.leaderNotAvailable,
  kafkaCodes.notLeader,
  kafkaCodes.requestTimedOut,
  kafkaCodes.replicaNotAvailable,
  kafkaCodes.networkException,
  kafkaCodes.coordinatorLoading,
  kafkaCodes.coordinatorNotAvailable,
  kafkaCodes.notCoordinator,
  kafkaCodes.notEnoughReplicas,
  kafkaCodes.notEnoughReplicasAfterAppend,
  kafkaCodes.notController,
  kafkaCodes.concurrentTransactions,
  kafkaCodes.storageError,
  kafkaCodes.fencedLeaderEpoch,
  kafkaCodes.unknownLeaderEpoch,
  kafkaCodes.offsetNotAvailable,
])

const fencing: ReadonlySet<number> = new Set([kafkaCodes.invalidProducerEpoch, kafkaCodes.producerFenced])

export function isPassingKafkaCode(code: number): boolean {
  return passing.has(code)
}

export function isFencingKafkaCode(code: number): boolean {
  return fencing.has(code)
}
