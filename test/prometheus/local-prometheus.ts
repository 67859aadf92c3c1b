import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/cluster/free-port.ts'
import { SupervisedProcess } from '../../src/cluster/supervised-process.ts'

const folder = join(import.meta.dirname, '../../deploy/prometheus')

/** A series of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** The Prometheus of deploy/prometheus, which looks at a service of a test's several times a second. */
export class LocalPrometheus {
  private readonly url: string
  private readonly process: SupervisedProcess
  private readonly data: string

  private constructor(url: string, process: SupervisedProcess, data: string) {
    this.url = url
    this.process = process
    this.data = data
  }

  static async start(target: string): Promise<LocalPrometheus> {
    const data = mkdtempSync(join(tmpdir(), 'millrace-prometheus-'))
    const port = await freePort()
    const config = readFileSync(join(folder, 'prometheus.yml'), 'utf8')
      .replace("'millrace:8080'", `'${target}'`)
      .replace('alerts.yml', join(folder, 'alerts.yml'))
      .replace(/_interval: \d+s/g, '_interval: 250ms')
    writeFileSync(join(data, 'prometheus.yml'), config)
    const running = await SupervisedProcess.start({
      name: `Prometheus on port ${port}`,
      command: 'prometheus',
      args: [
        `--config.file=${join(data, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(data, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      logFile: join(data, 'prometheus.log'),
      ready: /Server is ready to receive web requests/,
    })
    return new LocalPrometheus(`http://127.0.0.1:${port}/api/v1`, running, data)
  }

  /** What an expression gives now; throws what is wrong with it. */
  async query(expression: string): Promise<Sample[]> {
    const answer = await this.get(`query?query=${encodeURIComponent(expression)}`)
    const { resultType, result } = answer as { resultType: string; result: any }
    if (resultType === 'scalar') return [{ metric: {}, value: Number(result[1]) }]
    return result.map(({ metric, value }: any) => ({ metric, value: Number(value[1]) }))
  }

  /** All rules: their names, expressions, and how they do. */
  async rules(): Promise<{ name: string; query: string; health: string; state: string; lastError?: string }[]> {
    const { groups } = (await this.get('rules')) as { groups: { rules: any[] }[] }
    return groups.flatMap(({ rules }) => rules)
  }

  async stop(): Promise<void> {
    await this.process.kill()
    rmSync(this.data, { recursive: true, force: true })
  }

  private async get(path: string): Promise<unknown> {
    const { status, data, error } = (await (await fetch(`${this.url}/${path}`)).json()) as any
    if (status !== 'success') throw new Error(`${path}: ${error}`)
    return data
  }
}
