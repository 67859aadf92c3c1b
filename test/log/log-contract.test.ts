import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { logDrivers } from '../contracts/log-drivers.ts'
import { logSuite, runLogCase } from '../contracts/log-suite.ts'

/** Drivers that need a service, and where the suite runs over them. */
const elsewhere: Readonly<Record<string, string>> = { 'kafka/kafka-log.ts': 'test/kafka/kafka-log-contract.test.ts' }

test('every driver of the folder is under contract', () => {
  const files = readdirSync(join(import.meta.dirname, '../../src/log'), { recursive: true, encoding: 'utf8' })
  const drivers = files.filter((file) => file.endsWith('-log.ts'))
  expect(drivers.toSorted()).toEqual([...Object.keys(logDrivers), ...Object.keys(elsewhere)].toSorted())
  expect(Object.values(elsewhere).filter((path) => !existsSync(path))).toEqual([])
})

describe.each(Object.values(logDrivers).flat())('$name', (driver) => {
  test.each(logSuite)('$name', async (one) => {
    await expect(runLogCase(one, driver)).resolves.toBeUndefined()
  })
})
