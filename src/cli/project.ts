import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../config/config-schema.ts'
import { type ConfigOrigins, loadConfig } from '../config/load-config.ts'
import { MillraceError } from '../errors.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { type LoadedStream, loadStream } from '../service/load-stream.ts'
import { openPlatform } from '../service/open-platform.ts'
import { reachKafka } from './reach-kafka.ts'
import { Terminal } from './terminal.ts'
import { typedCommand } from './typed-command.ts'

/** The options that every command has. */
export interface CommonOptions {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
  readonly verbose?: boolean
  readonly [flag: string]: unknown
}

const flagKeys = [
  'data',
  'streams',
  'schemas',
  'host',
  'port',
  'log',
  'brokers',
  'durability',
  'commitInterval',
  'logLevel',
] as const

/** The folder a command is run in: its configuration, its streams, its data directory. */
export class Project {
  readonly folder = process.cwd()
  readonly terminal = new Terminal()
  readonly json: boolean
  readonly verbose: boolean
  readonly config: Config
  readonly origins: ConfigOrigins

  constructor(options: CommonOptions) {
    this.json = options.json ?? false
    this.verbose = options.verbose ?? false
    const flags = Object.fromEntries(flagKeys.map((key) => [key, options[key] as string | undefined]))
    const { config, origins } = loadConfig({
      folder: this.folder,
      file: options.config,
      environment: process.env,
      flags,
    })
    this.config = config
    this.origins = origins
  }

  /** The project of a command's options. Throws MILLRACE_CONFIG_*. */
  static of(command: Command): Project {
    return new Project(command.optsWithGlobals<CommonOptions>())
  }

  stream(name: string): Promise<LoadedStream> {
    return loadStream(this.config, name)
  }

  /** Whether there may be topics: in a cluster, or in a data directory that something was written to. */
  get hasData(): boolean {
    return this.config.log !== 'embedded' || existsSync(join(this.config.data, 'log.sqlite'))
  }

  /** Opens the data directory, or the cluster, for as long as `work` takes. */
  async withPlatform<T>(
    work: (platform: EmbeddedPlatform) => Promise<T>,
    options: { readonly readOnly?: boolean } = {},
  ): Promise<T> {
    if (options.readOnly && !this.hasData) {
      throw new MillraceError(
        'MILLRACE_CLI_NOTHING',
        `data directory ${this.config.data}`,
        'there is nothing in it yet',
        `Run ${typedCommand('demo')} or produce first, or name another directory with --data`,
      )
    }
    if (this.config.log === 'kafka') await reachKafka(this.config)
    const platform = openPlatform(this.config, options)
    try {
      return await work(platform)
    } finally {
      await platform.close()
    }
  }
}
