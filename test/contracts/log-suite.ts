import { logClosingCases } from './log-closing-cases.ts'
import type { LogDriver, OpenedLog } from './log-driver.ts'
import { logDeletionCases } from './log-deletion-cases.ts'
import { logModelCases } from './log-model-cases.ts'
import { logReaderCases } from './log-reader-cases.ts'
import { logRecordCases } from './log-record-cases.ts'
import { logTransactionCases } from './log-transaction-cases.ts'

/** One promise of the contract: throws where the log under test breaks it. */
export interface LogCase {
  readonly name: string
  check(opened: OpenedLog, driver: LogDriver): Promise<void>
}

/** What every log must do. Plain functions, so that the suite itself can be run on logs with planted faults. */
export const logSuite: readonly LogCase[] = [
  ...logRecordCases,
  ...logTransactionCases,
  ...logReaderCases,
  ...logDeletionCases,
  ...logClosingCases,
  ...logModelCases,
]

export async function runLogCase(one: LogCase, driver: LogDriver): Promise<void> {
  const opened = await driver.open()
  try {
    await one.check(opened, driver)
  } finally {
    await opened.dispose()
  }
}
