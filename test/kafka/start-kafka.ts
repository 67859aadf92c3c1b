import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from '../../src/cluster/free-port.ts'
import { MillraceError } from '../../src/errors.ts'
import { LocalKafka } from '../../src/cluster/local-kafka.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** host:port of the broker that runs for these tests; empty where it can't be started. */
    readonly kafka: string
    /** The same broker for users with a name and a password: 'mill' with 'race', who may do nothing. */
    readonly kafkaWithUsers: string
  }
}

const root = join(import.meta.dirname, '../..')

/**
 * Once for all tests of the folder: a broker of their own, which retains and deletes promptly. MILLRACE_TEST_KAFKA names
 * one that runs already; all of its topics are deleted.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.MILLRACE_TEST_KAFKA
  if (running !== undefined) {
    delete process.env.MILLRACE_TEST_KAFKA // no key of the configuration: processes that tests start would refuse it
    project.provide('kafka', running)
    project.provide('kafkaWithUsers', '')
    return async () => {}
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kafka-'))
  const [port, controllerPort, userPort] = [await freePort(), await freePort(), await freePort()]
  const kafka = await startBroker(folder, port, controllerPort, userPort)
  project.provide('kafkaWithUsers', `127.0.0.1:${userPort}`)
  if (kafka === undefined) {
    project.provide('kafka', '')
    return async () => {}
  }
  project.provide('kafka', kafka.brokers[0])
  return async () => {
    await kafka.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Undefined where a program is missing, which is said in one line; under CI that is a failure. */
async function startBroker(
  folder: string,
  port: number,
  controllerPort: number,
  userPort: number,
): Promise<LocalKafka | undefined> {
  try {
    return await LocalKafka.start({
      cache: join(root, '.cache'),
      folder,
      ports: [[port, controllerPort]],
      install: true,
      java: ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      settings: {
        'group.min.session.timeout.ms': '500', // so that tests need not wait for the dead
        'log.retention.check.interval.ms': '50',
        'log.initial.task.delay.ms': '50',
        'log.segment.delete.delay.ms': '100',
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},USERS://127.0.0.1:${userPort}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},USERS://127.0.0.1:${userPort}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,USERS:SASL_PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.users.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_mill="race";',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    const isMissing = error instanceof MillraceError && error.code === 'MILLRACE_CLUSTER_TOOL'
    if (process.env.CI || !isMissing) throw error
    console.warn(`The tests on Kafka are left out. ${error.message}`)
    return undefined
  }
}
