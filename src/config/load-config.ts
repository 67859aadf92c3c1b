import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { MillraceError } from '../errors.ts'
import { checkConfig, checkTextConfig, type ConfigPart } from './check-config.ts'
import { type Config, configSchema } from './config-schema.ts'
import { defaultConfig } from './default-config.ts'

export interface ConfigSources {
  /** Where `millrace.config.json` is looked for; its paths are relative to it. */
  readonly folder: string
  /** A configuration file of another name; it must be there. */
  readonly file?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** What the command line says, by key. */
  readonly flags?: Readonly<Record<string, string | undefined>>
}

/** Where each key's value comes from. */
export type ConfigOrigins = Readonly<Record<keyof Config, string>>

const ours = /^MILLRACE_/
const DEFAULT_FILE = 'millrace.config.json'
const paths = ['data', 'streams', 'schemas'] as const
/** Keys whose value may be in a file that `MILLRACE_<KEY>_FILE` names. */
const secrets = Object.entries(configSchema.properties).flatMap(([key, schema]) =>
  (schema as { secret?: boolean }).secret === true ? [key] : [],
)

/**
 * The configuration: a flag comes before the environment's MILLRACE_<KEY>, that before the file, that before the default.
 * A secret may be in a file of its own, which MILLRACE_<KEY>_FILE names.
 * Paths come out absolute: of the file relative to the file, of all others to `folder`.
 * Throws MILLRACE_CONFIG_FILE, MILLRACE_CONFIG_KEY, MILLRACE_CONFIG_VALUE.
 */
export function loadConfig(sources: ConfigSources): { readonly config: Config; readonly origins: ConfigOrigins } {
  const { folder, environment = {}, flags = {} } = sources
  const file = resolve(folder, sources.file ?? DEFAULT_FILE)
  const layers: readonly (readonly [origin: (key: string) => string, base: string, part: ConfigPart])[] = [
    [() => 'default', folder, defaultConfig],
    [() => file, dirname(file), readFile(file, sources.file !== undefined)],
    [variableOf, folder, fromEnvironment(environment)],
    [flagOf, folder, checkTextConfig(defined(flags), flagOf)],
  ]
  const config: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const [origin, base, part] of layers) {
    for (const [key, value] of Object.entries(part)) {
      config[key] = paths.includes(key as never) ? resolve(base, value as string) : value
      origins[key] = origin(key)
    }
  }
  return { config: config as Config, origins: origins as ConfigOrigins }
}

function readFile(path: string, needed: boolean): ConfigPart {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (!needed && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new MillraceError(
      'MILLRACE_CONFIG_FILE',
      path,
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such configuration file'
        : `the configuration can't be read (${(cause as Error).message})`,
      'Name a file that is there and may be read',
      { cause },
    )
  }
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return checkConfig(parsed, path)
    throw new SyntaxError('it is no object')
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError(
      'MILLRACE_CONFIG_FILE',
      path,
      `not a JSON object (${(cause as Error).message})`,
      `Write an object such as { "port": ${defaultConfig.port} }`,
      { cause },
    )
  }
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): ConfigPart {
  const keys = new Map(Object.keys(configSchema.properties).map((key) => [variableOf(key), key]))
  const secretFiles = new Map(secrets.map((key) => [`${variableOf(key)}_FILE`, key]))
  const part: Record<string, string> = {}
  for (const [variable, value] of Object.entries(environment)) {
    if (!ours.test(variable) || value === undefined || value === '') continue
    const secret = secretFiles.get(variable)
    if (secret === undefined) part[keys.get(variable) ?? camelCase(variable.replace(ours, ''))] = value
    else part[secret] = secretOf(variable, value, environment[variableOf(secret)])
  }
  return checkTextConfig(part, (key) => `environment variable ${variableOf(key)}`)
}

/** What a file holds that a variable names, as containers are given secrets; the end of its last line is no part of it. */
function secretOf(variable: string, path: string, besides: string | undefined): string {
  const place = `environment variable ${variable}`
  if (besides !== undefined && besides !== '') {
    const wrong = `${variable.replace(/_FILE$/, '')} is set, too`
    throw new MillraceError('MILLRACE_CONFIG_VALUE', place, wrong, 'Set one of the two')
  }
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    const wrong = `the file it names can't be read (${(cause as Error).message})`
    throw new MillraceError('MILLRACE_CONFIG_FILE', place, wrong, 'Name a file that is there and may be read', {
      cause,
    })
  }
}

function defined(flags: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(flags).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** `commitInterval` is MILLRACE_COMMIT_INTERVAL. */
function variableOf(key: string): string {
  return `MILLRACE_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function camelCase(variable: string): string {
  return variable.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
