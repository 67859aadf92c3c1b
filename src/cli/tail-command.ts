import { Command } from 'commander'
import { countOption } from './count-option.ts'
import { offsetOfLast } from './offset-of-last.ts'
import { Project } from './project.ts'
import type { Terminal } from './terminal.ts'
import { topicBounds, topicRecords, type TopicRecord } from './topic-records.ts'

interface TailOptions {
  readonly last: number
  readonly fromStart?: boolean
  readonly follow?: boolean
}

/** `millrace tail <topic>` */
export function tailCommand(): Command {
  return new Command('tail')
    .summary('print the last records of a topic, decoded')
    .description(
      'Prints the last records of a topic, decoded: one JSON object a line with --json. Also while a stream runs.',
    )
    .argument('<topic>', 'such as flight-delay.predictions')
    .option('-n, --last <records>', 'how many of each partition', countOption, 10)
    .option('--from-start', 'all that the topic holds')
    .option('-f, --follow', 'go on with what is written from now on, until Ctrl-C')
    .addHelpText(
      'after',
      `
Examples:
  millrace tail flight-delay.predictions
  millrace tail flight-delay.signals --follow
  millrace tail flight-delay.predictions --from-start --json > predictions.jsonl`,
    )
    .action(async (topic: string, options: TailOptions, command: Command) => {
      const project = Project.of(command)
      const { terminal, json } = project
      await project.withPlatform(
        async (platform) => {
          const { log } = platform
          const from = await Promise.all(
            (await topicBounds(log, topic)).map(async ({ partition, start, readableEnd }) => ({
              topic,
              partition,
              offset: options.fromStart
                ? start
                : await offsetOfLast(log, { topic, partition }, options.last, { start, readableEnd }),
              end: options.follow ? undefined : readableEnd, // what is written while this reads is not the last of what was there
            })),
          )
          const records = topicRecords(platform, from, { follow: options.follow })
          await new Promise<void>((resolve, reject) => {
            const listening = records.subscribe({
              next: (record) => show(record, terminal, json),
              error: reject,
              complete: resolve,
            })
            process.once('SIGINT', () => {
              listening.unsubscribe()
              resolve()
            })
          })
        },
        { readOnly: true },
      )
    })
}

function show(record: TopicRecord, terminal: Terminal, json: boolean): void {
  if (json) return terminal.line(JSON.stringify(record))
  const { partition, offset, timestamp, key, value } = record
  const place = terminal.style('dim', `${partition}/${offset}  ${new Date(timestamp).toISOString()}`)
  terminal.line(`${place}  ${terminal.style('bold', key ?? '-')}  ${JSON.stringify(value)}`)
}
