import { randomUUID } from 'node:crypto'
import { AvroEncoder } from '../codec/avro-encoder.ts'
import type { AvroSchema } from '../codec/avro-schema.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Log } from '../log/log.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { StreamCommand } from './stream-view.ts'

/** Writes commands to a stream's control topic, which its task reads. */
export class CommandWriter {
  private readonly topic: string
  private readonly schema: AvroSchema
  private readonly log: Log
  private readonly registry: SchemaRegistry
  private encoder: AvroEncoder | undefined

  /** `schema` is that of `control-command.avsc`. */
  constructor(stream: string, schema: AvroSchema, log: Log, registry: SchemaRegistry) {
    this.topic = `${stream}.control`
    this.schema = schema
    this.log = log
    this.registry = registry
  }

  /** Durable when it resolves. Gives the command's id. */
  async write(command: StreamCommand, nowMs: number): Promise<string> {
    const id = command.id ?? randomUUID()
    this.encoder ??= new AvroEncoder(
      this.schema,
      await this.registry.register(`${this.topic}-value`, this.schema),
      this.topic,
    )
    const builder = new OutgoingBatchBuilder(this.topic, 0, 1)
    builder.add(nowMs)
    builder.setKeyText(id)
    this.encoder.record(builder, {
      id,
      command: command.command,
      sentAt: nowMs,
      task: command.task ?? null,
      modelVersion: command.modelVersion ?? null,
      sender: command.sender ?? 'api',
      reason: command.reason ?? '',
    })
    await this.log.createTopic(this.topic, { partitions: 1 })
    await this.log.append([builder])
    return id
  }
}
