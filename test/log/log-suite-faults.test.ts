import { describe, expect, test } from 'vitest'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import type { LogDriver, OpenedLog } from '../contracts/log-driver.ts'
import { logFaults } from '../contracts/log-faults.ts'
import { logSuite, runLogCase } from '../contracts/log-suite.ts'
import { ManualClock } from '../contracts/manual-clock.ts'

function faulty(fault: (typeof logFaults)[number]): LogDriver {
  return {
    name: fault.fault,
    tooLargeBytes: 2_000_001,
    async open() {
      const clock = new ManualClock()
      const broker = new MemoryBroker({ markers: true, clock, maxRecordBytes: 2_000_000 })
      const open = () => fault.log(broker)
      const opened: OpenedLog = {
        log: open(),
        async reopen() {
          await this.log.close()
          this.log = open()
        },
        now: () => clock.now(),
        async pass(ms) {
          clock.advance(ms)
          broker.enforceRetention()
        },
        dispose: async () => {},
      }
      return opened
    },
  }
}

describe('the log suite fails on a log that', () => {
  test.each(logFaults)('$fault', async (fault) => {
    const one = logSuite.find(({ name }) => name === fault.failing)!
    await expect(runLogCase(one, faulty(fault))).rejects.toMatchObject({ name: 'AssertionError' })
  })
})
