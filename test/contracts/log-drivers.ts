import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import type { LogDriver, OpenedLog } from './log-driver.ts'
import { ManualClock } from './manual-clock.ts'

const maxRecordBytes = 2_000_000

function memory(name: string, markers: boolean): LogDriver {
  return {
    name,
    tooLargeBytes: maxRecordBytes + 1,
    async open() {
      const clock = new ManualClock()
      const broker = new MemoryBroker({ markers, clock, maxRecordBytes })
      const opened: OpenedLog = {
        log: new MemoryLog({ broker }),
        async reopen() {
          await this.log.close()
          this.log = new MemoryLog({ broker })
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

const embedded: LogDriver = {
  name: 'embedded-log',
  tooLargeBytes: maxRecordBytes + 1,
  async open() {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-log-'))
    const clock = new ManualClock()
    let log = new EmbeddedLog(directory, { clock, maxRecordBytes })
    const opened: OpenedLog = {
      log,
      async reopen() {
        await log.close()
        log = new EmbeddedLog(directory, { clock, maxRecordBytes })
        this.log = log
      },
      now: () => clock.now(),
      async pass(ms) {
        clock.advance(ms)
        await log.enforceRetention()
      },
      async dispose() {
        await log.close()
        rmSync(directory, { recursive: true })
      },
    }
    return opened
  },
}

/** Every log, by the file in src/log that holds it. */
export const logDrivers: Readonly<Record<string, readonly LogDriver[]>> = {
  'embedded-log.ts': [embedded],
  'memory-log.ts': [memory('memory-log', false), memory('memory-log with markers', true)],
}
