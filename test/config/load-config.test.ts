import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultConfig } from '../../src/config/default-config.ts'
import { type ConfigSources, loadConfig } from '../../src/config/load-config.ts'
import { shownConfig } from '../../src/config/shown-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function withFile(text: string, sources: Partial<ConfigSources> = {}) {
  writeFileSync(join(folder, 'millrace.config.json'), text)
  return () => loadConfig({ folder, ...sources })
}

describe('the configuration', () => {
  it('takes a flag before the environment before the file before the default, and says where each came from', () => {
    const { config, origins } = withFile('{ "port": 1, "host": "a", "application": "from-file" }', {
      environment: { MILLRACE_PORT: '2', MILLRACE_HOST: 'b', MILLRACE_COMMIT_INTERVAL: '5ms', PATH: '/bin' },
      flags: { port: '3', host: undefined },
    })()
    expect(config).toMatchObject({
      port: 3,
      host: 'b',
      application: 'from-file',
      commitInterval: '5ms',
      durability: 'power',
    })
    expect(origins).toMatchObject({
      port: '--port',
      host: 'MILLRACE_HOST',
      application: join(folder, 'millrace.config.json'),
      durability: 'default',
    })
  })

  it('makes paths absolute, from the folder', () => {
    const { config } = withFile('{ "streams": "models" }', { environment: { MILLRACE_DATA: 'd' } })()
    expect(config).toMatchObject({
      streams: join(folder, 'models'),
      data: join(folder, 'd'),
      schemas: join(folder, 'schemas'),
    })
  })

  it('names all that is wrong at once', () => {
    expect(withFile('{ "prot": 1, "port": -1, "durability": "all", "hots": "a" }')).toThrow(
      /key 'prot': there is no such key\. Did you mean 'port'[\s\S]*key 'hots': there is no such key[\s\S]*key 'port': the value is -1[\s\S]*key 'durability': the value is "all"\. Give one of power, process/,
    )
  })

  it('names an unknown key, where it stands, and the nearest one', () => {
    expect(withFile('{ "prot": 1 }')).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONFIG_KEY',
        message: expect.stringMatching(
          /millrace\.config\.json, key 'prot': there is no such key\. Did you mean 'port'\?/,
        ),
      }),
    )
    expect(withFile('{}', { environment: { MILLRACE_DURABLITY: 'power' } })).toThrow(
      /environment variable MILLRACE_DURABLITY: there is no such key\. Did you mean 'durability'/,
    )
  })

  it('names a wrong value and what is allowed', () => {
    expect(withFile('{ "durability": "all" }')).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONFIG_VALUE',
        message: expect.stringMatching(/key 'durability': the value is "all"\. Give one of power, process \(/),
      }),
    )
    expect(withFile('{}', { environment: { MILLRACE_PORT: '99999' } })).toThrow(
      /environment variable MILLRACE_PORT: the value is "?99999"?\. Give a whole number from 0 to 65535/,
    )
    expect(withFile('{}', { flags: { port: 'http' } })).toThrow(/--port: the value is "http"/)
    expect(withFile('{ "port": "80" }')).toThrow(/key 'port': the value is "80"/)
  })

  it('says what is wrong with a file', () => {
    const failure = expect.objectContaining({ code: 'MILLRACE_CONFIG_FILE' })
    expect(withFile('{ "port": ')).toThrow(failure)
    expect(withFile('[]')).toThrow(failure)
    expect(() => loadConfig({ folder, file: 'absent.json' })).toThrow(failure)
  })

  it('says what a duration looks like, and of a named file that it is not there', () => {
    expect(withFile('{ "commitInterval": "5" }')).toThrow(
      /key 'commitInterval': the value is "5"\. Give a number and a unit \(ms, s, m, h, d\), such as '30s'/,
    )
    expect(withFile('{}', { file: 'absent.json' })).toThrow(/absent\.json: there is no such configuration file\. Name/)
  })

  it('takes a secret from a file that the environment names, and nothing else', () => {
    const path = join(folder, 'secret')
    writeFileSync(path, 'race and wheel\n')
    const { config, origins } = withFile('{}', { environment: { MILLRACE_REDIS_PASSWORD_FILE: path } })()
    expect(config.redisPassword).toBe('race and wheel')
    expect(origins.redisPassword).toBe('MILLRACE_REDIS_PASSWORD')
    const both = { MILLRACE_REDIS_PASSWORD_FILE: path, MILLRACE_REDIS_PASSWORD: 'race' }
    expect(withFile('{}', { environment: both })).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONFIG_VALUE',
        message: expect.stringContaining('Set one of the two'),
      }),
    )
    expect(withFile('{}', { environment: { MILLRACE_KAFKA_PASSWORD_FILE: join(folder, 'absent') } })).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONFIG_FILE', message: expect.stringContaining('ENOENT') }),
    )
    expect(withFile('{}', { environment: { MILLRACE_HOST_FILE: path } })).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONFIG_KEY' }),
    )
  })

  it('hides secrets and passwords in addresses', () => {
    expect(withFile('{ "redis": "tcp://me:word@there" }')).toThrow(/the value is "\(hidden\)@there"/)
    expect(withFile('{ "redisPassword": 5 }')).toThrow(/the value is \(hidden\)/)
    expect(shownConfig({ ...defaultConfig, redis: 'rediss://:word@there', redisPassword: 'word' })).toMatchObject({
      redis: 'rediss://:(hidden)@there',
      redisPassword: '(hidden)',
    })
    const config = { ...defaultConfig, host: 'http://me:word@there/x', application: 'key' }
    expect(shownConfig(config, { application: { secret: true } })).toMatchObject({
      host: 'http://me:(hidden)@there/x',
      application: '(hidden)',
      port: 8080,
    })
  })
})
