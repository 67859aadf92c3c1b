import type { KafkaCluster } from './kafka-cluster.ts'
import type { KafkaConnection } from './kafka-connection.ts'

/** One owner's connections, one to each broker it has to do with. */
export class NodeConnections {
  readonly #cluster: KafkaCluster
  readonly #connections = new Map<number, KafkaConnection>()

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster
  }

  /** An open connection to a broker. Throws MILLRACE_LOG_UNAVAILABLE. */
  async to(node: number): Promise<KafkaConnection> {
    const known = this.#connections.get(node)
    if (known?.isOpen) return known
    if (known) {
      this.#connections.delete(node)
      this.#cluster.drop(known)
    }
    const connection = await this.#cluster.take(node)
    this.#connections.set(node, connection)
    return connection
  }

  /** Nothing is under way on them: others may go on with them. */
  giveBack(): void {
    for (const [node, connection] of this.#connections) this.#cluster.giveBack(node, connection)
    this.#connections.clear()
  }

  /** What is under way on them is rejected. */
  drop(): void {
    for (const connection of this.#connections.values()) this.#cluster.drop(connection)
    this.#connections.clear()
  }
}
