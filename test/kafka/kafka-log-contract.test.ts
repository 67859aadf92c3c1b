import { describe, expect, test } from 'vitest'
import { logSuite, runLogCase } from '../contracts/log-suite.ts'
import { kafkaDriver } from './kafka-driver.ts'

describe('kafka-log', () => {
  test.each(logSuite)('$name', async (one) => {
    await expect(runLogCase(one, kafkaDriver)).resolves.toBeUndefined()
  })
})
