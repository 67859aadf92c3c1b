import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SupervisedProcess } from './supervised-process.ts'
import { kafkaJars } from './kafka-jars.ts'
import { requireTools } from './require-tools.ts'

export interface LocalKafkaOptions {
  /** Where fetched jars are kept, outside of what is committed. */
  readonly cache: string
  /** Where the brokers keep their data; what is there is used again. */
  readonly folder: string
  /** Two ports for each broker: for clients, and for the controllers among themselves. */
  readonly ports: readonly (readonly [clients: number, controller: number])[]
  /** Whether missing programs may be installed. Default false. */
  readonly install?: boolean
  /** Further settings of each broker. */
  readonly settings?: Readonly<Record<string, string>>
  /** Arguments of the Java virtual machine. */
  readonly java?: readonly string[]
}

const run = promisify(execFile)
const clusterId = 'TWlsbHJhY2VMb2NhbEthZg' // 16 bytes in base64, the same for all brokers

/** Apache Kafka on this machine, without Docker: as many brokers as ports, each a controller too (KRaft). */
export class LocalKafka {
  /** host:port of each broker, by its index. */
  readonly brokers: readonly string[]
  readonly #options: LocalKafkaOptions
  readonly #libs: string
  readonly #running: (SupervisedProcess | undefined)[]

  private constructor(options: LocalKafkaOptions, libs: string) {
    this.#options = options
    this.#libs = libs
    this.#running = options.ports.map(() => undefined)
    this.brokers = options.ports.map(([clients]) => `127.0.0.1:${clients}`)
  }

  /** Resolves when all brokers are ready. Throws MILLRACE_CLUSTER_TOOL, MILLRACE_CLUSTER_DOWNLOAD or MILLRACE_CLUSTER_START. */
  static async start(options: LocalKafkaOptions): Promise<LocalKafka> {
    const tools = [{ command: 'java', debianPackage: 'default-jre-headless' }]
    requireTools([...tools, { command: 'mvn', debianPackage: 'maven' }], options)
    const kafka = new LocalKafka(options, await kafkaJars(options.cache))
    try {
      await Promise.all(options.ports.map((_, index) => kafka.startBroker(index)))
    } catch (error) {
      await kafka.stop()
      throw error
    }
    return kafka
  }

  /** Starts a broker that was stopped or killed. */
  async startBroker(index: number): Promise<void> {
    const folder = join(this.#options.folder, `broker-${index + 1}`)
    const config = join(folder, 'server.properties')
    await mkdir(folder, { recursive: true })
    await writeFile(config, this.#properties(index, folder))
    const path = ['-cp', `${this.#libs}/*`]
    if (!existsSync(join(folder, 'data/meta.properties'))) {
      const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config]
      await run('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...path, ...format])
    }
    this.#running[index] = await SupervisedProcess.start({
      name: `Kafka broker ${index + 1} on port ${this.#options.ports[index][0]}`,
      command: 'java',
      args: [...(this.#options.java ?? ['-Xmx512m', '-XX:+UseG1GC']), ...path, 'kafka.Kafka', config],
      logFile: join(folder, 'broker.log'),
      ready: /Kafka Server started/,
    })
  }

  /** Process of a broker's virtual machine, for signals. */
  pid(index: number): number | undefined {
    return this.#running[index]?.pid
  }

  async stopBroker(index: number): Promise<void> {
    await this.#running[index]?.stop()
    this.#running[index] = undefined
  }

  /** As `kill -9`. */
  async killBroker(index: number): Promise<void> {
    await this.#running[index]?.kill()
    this.#running[index] = undefined
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((_, index) => this.stopBroker(index)))
  }

  /** Without asking; for brokers whose data is not needed any longer. */
  async kill(): Promise<void> {
    await Promise.all(this.#running.map((_, index) => this.killBroker(index)))
  }

  /** The last lines that a broker logged. */
  async log(index: number): Promise<string> {
    return readFile(join(this.#options.folder, `broker-${index + 1}`, 'broker.log'), 'utf8')
  }

  #properties(index: number, folder: string): string {
    const { ports, settings } = this.#options
    const [clients, controller] = ports[index]
    const replicas = String(Math.min(3, ports.length))
    const inSync = ports.length >= 3 ? '2' : '1'
    const properties: Record<string, string> = {
      'process.roles': 'broker,controller',
      'node.id': String(index + 1),
      'controller.quorum.voters': ports.map(([, port], i) => `${i + 1}@127.0.0.1:${port}`).join(','),
      listeners: `PLAINTEXT://127.0.0.1:${clients},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${clients}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
      'log.dirs': join(folder, 'data'),
      'num.partitions': '1',
      'default.replication.factor': replicas,
      'min.insync.replicas': inSync,
      'offsets.topic.replication.factor': replicas,
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.replication.factor': replicas,
      'transaction.state.log.min.isr': inSync,
      'transaction.state.log.num.partitions': '4',
      'group.initial.rebalance.delay.ms': '0',
      'auto.create.topics.enable': 'false',
      ...settings,
    }
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`)
    return `${lines.join('\n')}\n`
  }
}
