import { type Config, configSchema } from './config-schema.ts'

const HIDDEN = '(hidden)'

/** A configuration as it may be shown: secret values, and passwords within URLs, are hidden. */
export function shownConfig(
  config: Config,
  properties: Readonly<Record<string, object>> = configSchema.properties,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if ((properties[key] as { secret?: boolean } | undefined)?.secret === true) return [key, HIDDEN]
      return [key, typeof value === 'string' ? value.replace(/(:\/\/[^:@/]*:)[^@/]*@/, `$1${HIDDEN}@`) : value]
    }),
  )
}
