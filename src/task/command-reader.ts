import { AvroRecordDecoder } from '../codec/avro-record-decoder.ts'
import { publishedSchemas } from '../codec/published-schemas.ts'
import type { LogReader } from '../log/log.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import type { Decision } from './decision.ts'
import type { TaskOptions } from './task-options.ts'

/** A control command, as `schemas/millrace/control-command.avsc` has it. */
interface ControlCommand {
  readonly id: string
  readonly command: 'promote' | 'roll_back' | 'retrain' | 'pause' | 'resume'
  readonly task: number | null
  readonly modelVersion: string | null
  readonly reason: string
  readonly sentAt: number
}

const POLL_BYTES = 64 * 1024
const WAIT_MS = 1000

/**
 * Reads a stream's control topic from an offset on and hands each command that is for this task on as a decision. Records
 * that are no commands are reported and left out.
 */
export class CommandReader {
  private readonly reader: LogReader
  private readonly decoder: AvroRecordDecoder
  private readonly task: number
  private readonly onDecision: (decision: Decision) => void
  private readonly onTrouble: (error: unknown) => void
  private closed = false

  private constructor(
    reader: LogReader,
    decoder: AvroRecordDecoder,
    task: number,
    onDecision: (decision: Decision) => void,
    onTrouble: (error: unknown) => void,
  ) {
    this.reader = reader
    this.decoder = decoder
    this.task = task
    this.onDecision = onDecision
    this.onTrouble = onTrouble
  }

  /** Hands on what the topic holds before it resolves; what comes later is for `run`. */
  static async open(
    { log, graph, task, onTrouble }: Pick<TaskOptions, 'log' | 'graph' | 'task' | 'onTrouble'>,
    offset: number,
    onDecision: (decision: Decision) => void,
  ): Promise<CommandReader> {
    const place = { topic: `${graph.name}.control`, partition: 0 }
    const { readableEnd } = await log.bounds(place)
    const reader = await log.reader([{ ...place, offset }])
    const decoder = new AvroRecordDecoder(
      (await publishedSchemas())['control-command'],
      'millrace/control-command.avsc',
    )
    const commands = new CommandReader(reader, decoder, task, onDecision, (error) => onTrouble?.(error))
    while (reader.position(0) < readableEnd) await commands.poll()
    return commands
  }

  /** Reads until it is closed. */
  async run(): Promise<void> {
    while (!this.closed) {
      try {
        await this.poll()
      } catch (error) {
        if (this.closed) return
        throw error
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true
    await this.reader.close()
  }

  private async poll(): Promise<void> {
    for (const batch of await this.reader.poll(POLL_BYTES, WAIT_MS)) this.take(batch)
  }

  private take(batch: RecordBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const { bytes, valueStarts, valueEnds, offsets } = batch
      const value = valueStarts[i] < 0 ? new Uint8Array(0) : bytes.subarray(valueStarts[i], valueEnds[i])
      const command = this.decoder.decode(value) as ControlCommand | undefined
      if (command === undefined)
        this.onTrouble(new Error(`the record at offset ${offsets[i]} of the control topic is no command`))
      else if (command.task === null || command.task === this.task) {
        const { id, reason, modelVersion: version, sentAt: sentAtMs } = command
        this.onDecision({
          kind: 'command',
          command: command.command,
          id,
          offset: offsets[i],
          version,
          reason,
          sentAtMs,
        })
      }
    }
  }
}
