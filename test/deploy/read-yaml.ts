import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

// The parser that the API's own description is written with.
const yaml = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string): any
}

/** What a YAML file holds. Throws where it is none. */
export function readYaml(path: string): any {
  return yaml.parse(readFileSync(path, 'utf8'))
}
