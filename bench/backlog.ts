import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { History } from '../src/backtest/history-batches.ts'
import { benchStream } from './bench-stream.ts'
import { fillTopics } from './fill-topics.ts'

/** A data directory with filled input topics, made once and copied for every run, under the system's temporary folder. */
export class Backlog {
  readonly stream: string
  private readonly root = mkdtempSync(join(tmpdir(), 'millrace-bench-'))

  constructor(stream: string) {
    this.stream = stream
    process.once('exit', () => rmSync(this.root, { recursive: true, force: true }))
  }

  /** Fills the topics with the first records of the stream's history, or of another one. */
  async fill(records: number, history?: History): Promise<void> {
    const loaded = await benchStream(this.stream)
    const data = join(this.root, 'filled')
    mkdirSync(data)
    await fillTopics(loaded, data, history ?? (await import(loaded.historyFile as string)).default(), records)
  }

  /** A fresh copy of the filled directory under this name. */
  copy(name: string): string {
    const data = this.folder(name)
    this.drop(name)
    cpSync(join(this.root, 'filled'), data, { recursive: true })
    return data
  }

  folder(name: string): string {
    return join(this.root, name)
  }

  drop(name: string): void {
    rmSync(this.folder(name), { recursive: true, force: true })
  }
}
