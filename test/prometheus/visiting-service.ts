import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/cluster/free-port.ts'
import { AvroEncoder } from '../../src/codec/avro-encoder.ts'
import { defaultConfig } from '../../src/config/default-config.ts'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { openPlatform } from '../../src/service/open-platform.ts'
import { StreamService } from '../../src/service/stream-service.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { logger } from '../../src/telemetry/logger.ts'

const GAP_MS = 10
const EVENT_GAP_MS = 5000 // so that days of predictions are over

/** A stream that drifts, at work on the embedded log in this process, with its API and metrics. */
export class VisitingService {
  readonly service: StreamService
  readonly port: number
  private readonly close: () => Promise<void>
  private readonly append: (builder: OutgoingBatchBuilder) => Promise<void>
  private readonly encoder: AvroEncoder
  private readonly random = new SeededRandom(1)
  private readonly firstMs = Date.now() - 50 * 60_000
  private visits = 0
  private sign = 1

  private constructor(
    service: StreamService,
    port: number,
    encoder: AvroEncoder,
    append: (builder: OutgoingBatchBuilder) => Promise<void>,
    close: () => Promise<void>,
  ) {
    this.service = service
    this.port = port
    this.encoder = encoder
    this.append = append
    this.close = close
  }

  /** `redis`: the address of a server to write to. */
  static async start(redis: string): Promise<VisitingService> {
    const data = mkdtempSync(join(tmpdir(), 'millrace-visits-'))
    const port = await freePort()
    const folders = { streams: join(import.meta.dirname, 'streams'), schemas: join(import.meta.dirname, 'schemas') }
    const config = { ...defaultConfig, ...folders, data, port, redis, durability: 'process' } as const
    const loaded = await loadStream(config, 'visits')
    const platform = openPlatform(config)
    const { avro } = loaded.schemas.get('visit.avsc')!
    await platform.log.createTopic('visits', { partitions: 1 })
    const id = await platform.registry.register('visits-value', avro)
    const service = await StreamService.open({ loaded, platform, config, logger: logger({ level: 'silent' }) })
    const running = service.run()
    return new VisitingService(
      service,
      port,
      new AvroEncoder(avro, id, 'visit.avsc'),
      (builder) => platform.log.append([builder]),
      async () => {
        await service.stop()
        await running
        await platform.close()
        rmSync(data, { recursive: true, force: true })
      },
    )
  }

  /** What a positive amount says turns round. */
  turn(): void {
    this.sign = -this.sign
  }

  /** So many visits more: those of the last hour, or, with `live`, of now. */
  async visit(count: number, live = false): Promise<void> {
    const builder = new OutgoingBatchBuilder('visits', 0, count)
    for (let i = 0; i < count; i++) {
      const n = this.visits++
      const amount = this.random.nextInt(8) - 3.5
      const isUsual = this.random.next() < 0.9
      builder.add(live ? Date.now() : this.firstMs + n * GAP_MS)
      builder.setKeyText(String(n))
      const at = Date.UTC(2024, 0, 1) + n * EVENT_GAP_MS
      this.encoder.record(builder, {
        id: String(n),
        at,
        shop: `shop ${n % 5}`,
        amount,
        member: amount * this.sign > 0 === isUsual,
      })
    }
    await this.append(builder)
  }

  /** Steps of models that were published so far, and signals. */
  async counts(metric: 'millrace_model_steps_total' | 'millrace_signal_kinds_total', kind: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text()
    return Number(new RegExp(`^${metric}{stream="visits",kind="${kind}"} (\\d+)`, 'm').exec(text)?.[1])
  }

  async stop(): Promise<void> {
    await this.close()
  }
}
