import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import { schemasDeclaration } from '../../src/codec/schemas-declaration.ts'
import * as millrace from '../../src/index.ts'
import { projectFolder } from '../project/read-sources.ts'
import { type Block, pages, readBlocks } from './read-blocks.ts'

/** A block of a page that became a file of the examples' project. */
export interface Example {
  readonly block: Block
  /** `file`: a file as it stands. `build`: the inside of a `build`. `throws`: one that is refused with `message`. */
  readonly kind: 'file' | 'build' | 'throws'
  /** Absolute. */
  readonly file: string
  /** What the block of text below it says, on one line. */
  readonly message: string
}

/** Below the project's folder, so that `millrace` is what it is for a user. */
export const exampleFolder = join(projectFolder, '.cache/docs')

// The streams that the insides of a `build` belong to; what they need besides is a model to end with.
const inputsOf: Readonly<Record<string, string>> = {
  'card-fraud': `payments: { topic: 'payments', schema: 'payment.avsc', key: 'paymentId', time: 'paidAt' },
    chargebacks: { topic: 'chargebacks', schema: 'chargeback.avsc', key: 'paymentId', time: 'reportedAt' },`,
  'flight-delay': `departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },`,
}
const endOf: Readonly<Record<string, string>> = {
  'card-fraud': `payments.featurize({ paidAt: 'paidAt' }).predict(payments.label({ value: (one) => one.amount > 99 }), { model: logisticRegression() })`,
  'flight-delay': `departures.featurize({ departedAt: 'departedAt' }).predict(departures.label({ value: (one) => one.distance > 99 }), { model: logisticRegression() })`,
}

/** Writes the project that the pages' blocks make: their files, a file for each inside of a `build`, schemas and their types. */
export async function writeExampleProject(): Promise<readonly Example[]> {
  rmSync(exampleFolder, { recursive: true, force: true })
  const schemas = join(exampleFolder, 'schemas')
  mkdirSync(schemas, { recursive: true })
  for (const name of ['departure.avsc', 'arrival.avsc'])
    cpSync(join(projectFolder, 'schemas', name), join(schemas, name))
  const examples = pages.flatMap((page) => {
    const blocks = readBlocks(page)
    return blocks.flatMap((block, i) => exampleOf(block, blocks[i + 1]) ?? [])
  })
  for (const { block, kind, file } of examples) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, kind === 'file' ? block.text : streamAround(block), { flag: 'wx' })
  }
  writeFileSync(join(schemas, 'schemas.d.ts'), schemasDeclaration(await readSchemas(schemas)))
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  const include = ['**/*.ts']
  writeFileSync(
    join(exampleFolder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include }),
  )
  return examples
}

/** `docs/streams.md:12`, to be found again. */
export function placeOf({ page, line }: Block): string {
  return `${page}:${line}`
}

function exampleOf(block: Block, next: Block | undefined): Example | undefined {
  const [kind, argument] = block.note.split(': ')
  if (kind === 'file') return { block, kind, file: join(exampleFolder, argument), message: '' }
  if (block.language !== 'ts') return undefined
  if ((kind !== 'build' && kind !== 'throws') || !(argument in inputsOf)) {
    throw new Error(
      `${placeOf(block)}: put <!-- file: ... -->, <!-- build: ... --> or <!-- throws: ... --> above the block`,
    )
  }
  const name = `${block.page.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase()}-${block.line}.ts`
  return {
    block,
    kind,
    file: join(exampleFolder, 'insides', name),
    message: kind === 'throws' ? onOneLine(next?.text ?? '') : '',
  }
}

function onOneLine(text: string): string {
  return text.trim().replaceAll('\n', ' ')
}

function streamAround({ note, text }: Block): string {
  const [, name] = note.split(': ')
  const end = /^return /m.test(text) ? '' : `return ${endOf[name]}`
  const body = `${text}${end}`
  const names = Object.keys(millrace).filter((one) => new RegExp(`\\b${one}\\(`).test(body))
  return `import { defineStream, ${names.join(', ')} } from 'millrace'

export default defineStream({
  name: '${name}',
  inputs: {
    ${inputsOf[name]}
  },
  build: ({ ${name === 'card-fraud' ? 'payments, chargebacks' : 'departures, arrivals'} }) => {
${body}
  },
})
`
}
