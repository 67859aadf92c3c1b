import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { encodeJournalRecord, type JournalRecord } from '../../src/task/journal-record.ts'
import { JournalHistory } from '../../src/testing/journal-history.ts'

/**
 * Keeps all that the task of a data directory ever journaled, and the models that it named, which the task itself lets
 * go after a while. May look beside the process that writes.
 */
export class JournalWatch {
  readonly history: JournalHistory
  /** Where the models are kept. */
  readonly models: string
  private readonly data: string
  private readonly log: EmbeddedLog

  constructor(data: string, stream: string, keep: string) {
    this.data = data
    this.log = new EmbeddedLog(data, { readOnly: true })
    this.history = new JournalHistory(this.log, `${stream}.journal`)
    this.models = join(keep, 'models')
    mkdirSync(this.models, { recursive: true })
  }

  get records(): readonly JournalRecord[] {
    return this.history.records
  }

  /** Looks at what is new. */
  async look(): Promise<void> {
    const blobs = join(this.data, 'blobs')
    for (const name of existsSync(blobs) ? readdirSync(blobs) : []) {
      const kept = join(this.models, name)
      if (name.endsWith('.model') && !existsSync(kept)) copyFileSync(join(blobs, name), kept)
    }
    await this.history.collect()
  }

  /** Writes the journal down, a record a line, for `checkRun`. */
  save(file: string): void {
    writeFileSync(
      file,
      this.records.map((record) => `${Buffer.from(encodeJournalRecord(record)).toString('base64')}\n`).join(''),
    )
  }

  /** Ids of the commands that the journal holds, in its order. */
  get commands(): string[] {
    return this.records.flatMap(({ decisions }) => decisions.flatMap((one) => (one.kind === 'command' ? [one.id] : [])))
  }

  /** Jobs whose models the journal holds. */
  get trained(): number {
    return this.records.reduce(
      (sum, { decisions }) => sum + decisions.filter(({ kind }) => kind === 'trained').length,
      0,
    )
  }

  close(): Promise<void> {
    return this.log.close()
  }
}
