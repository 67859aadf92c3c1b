import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { requireTools } from './require-tools.ts'
import { SupervisedProcess } from './supervised-process.ts'

export interface LocalRedisOptions {
  readonly port: number
  /** Where it keeps its data and its log; what is there is used again. */
  readonly folder: string
  /** Whether a missing program may be installed. Default false. */
  readonly install?: boolean
  /** Further settings, as in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A Redis server on this machine. */
export class LocalRedis {
  readonly url: string
  readonly #options: LocalRedisOptions
  #process: SupervisedProcess | undefined

  private constructor(options: LocalRedisOptions) {
    this.url = `redis://127.0.0.1:${options.port}`
    this.#options = options
  }

  /** Throws MILLRACE_CLUSTER_TOOL or MILLRACE_CLUSTER_START. */
  static async start(options: LocalRedisOptions): Promise<LocalRedis> {
    requireTools([{ command: 'redis-server', debianPackage: 'redis-server' }], options)
    await mkdir(options.folder, { recursive: true })
    const redis = new LocalRedis(options)
    await redis.startAgain()
    return redis
  }

  /** Starts it anew, after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    const { port, folder, settings } = this.#options
    const said: Record<string, string> = {
      port: String(port),
      bind: '127.0.0.1',
      dir: folder,
      save: '',
      appendonly: 'yes',
      ...settings,
    }
    this.#process = await SupervisedProcess.start({
      name: `Redis on port ${port}`,
      command: 'redis-server',
      args: Object.entries(said).flatMap(([name, value]) => [`--${name}`, value]),
      logFile: join(folder, 'redis.log'),
      ready: /Ready to accept connections/,
    })
  }

  /** For signals. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
    this.#process = undefined
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#process = undefined
  }
}
