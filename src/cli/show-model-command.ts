import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { MillraceError } from '../errors.ts'
import { decodeModelFile, type ModelColumn, type ModelFile, type ModelHeader } from '../models/model-file.ts'
import { Project } from './project.ts'

/** `millrace models show <file>` */
export function showModelCommand(): Command {
  return new Command('show')
    .summary('show what a model file holds')
    .description(
      'Shows what a model file says of itself: what it is, what it was trained on, what it takes, how it did. All of it with --json. Fails where the file is damaged.',
    )
    .argument('<file>', 'a file that `models export` wrote')
    .addHelpText(
      'after',
      '\nExamples:\n  millrace models show flight-delay-v0.7.model\n  millrace models show flight-delay-v0.7.model --json',
    )
    .action((file: string, _options: object, command: Command) => {
      const { terminal, json } = Project.of(command)
      const { header, learner } = decoded(file)
      if (json) return terminal.json({ ...header, bytes: learner.length })
      for (const [name, value] of lines(header, learner)) terminal.line(`${name.padEnd(12)}${value}`)
    })
}

function decoded(file: string): ModelFile {
  const bytes = read(file)
  try {
    return decodeModelFile(bytes)
  } catch (cause) {
    const [, reason = String(cause)] = /^model file: (.+?)\. /.exec((cause as Error).message) ?? []
    const wrong = `it is no model that can be read (${reason})`
    throw new MillraceError('MILLRACE_MODEL_FILE', file, wrong, 'Name a file that `millrace models export` wrote', {
      cause,
    })
  }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    const wrong = `it cannot be read (${(cause as Error).message})`
    throw new MillraceError('MILLRACE_CLI_FILE', file, wrong, 'Name a file that `millrace models export` wrote', {
      cause,
    })
  }
}

function lines(header: ModelHeader, learner: Uint8Array): (readonly [name: string, value: string])[] {
  const { stream, version, parent, carriedFrom, algorithm, parameters, columns, target, classes, labels } = header
  const from = [
    ...(parent === null ? [] : [`beside ${parent}`]),
    ...(carriedFrom === null ? [] : [`carried over from ${carriedFrom}`]),
    ...(header.job === null ? [] : [`by retrain job ${header.job}`]),
  ]
  return [
    ['model', `${version} of ${stream}, ${learner.length} bytes`],
    ['written', `${header.written.replace('_', ' ')} at ${new Date(header.time).toISOString()}: ${header.reason}`],
    ...(from.length === 0 ? [] : [['from', from.join(', ')] as const]),
    ['labels', `${labels.first} to ${labels.end} of the task`],
    ['algorithm', `${algorithm} ${JSON.stringify(parameters)}`],
    ['problem', `${target.problem}${classes.length === 0 ? '' : `: ${shortened(classes)}`}`],
    ...columns.map((column, i) => [i === 0 ? 'columns' : '', columnText(column)] as const),
    ...Object.entries(header.numbers).map(
      ([name, value], i) => [i === 0 ? 'numbers' : '', `${name} ${Number(value.toPrecision(6))}`] as const,
    ),
    ['code', header.code],
  ]
}

function columnText({ name, kind, categories }: ModelColumn): string {
  return categories === undefined ? `${name}, ${kind}` : `${name}, ${kind}: ${shortened(categories)}`
}

function shortened(names: readonly string[]): string {
  return names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`
}
