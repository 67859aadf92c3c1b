import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AvroEncoder } from '../../src/codec/avro-encoder.ts'
import { type EventSchema, eventSchema } from '../../src/codec/event-schema.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import { schemasDeclaration } from '../../src/codec/schemas-declaration.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schemas-'))
})
afterAll(() => rm(folder, { recursive: true }))

const event = { type: 'record', name: 'Event', fields: [{ name: 'id', type: 'string' }] }

describe('readSchemas', () => {
  it("reads a folder's .avsc files by name, and nothing else", async () => {
    const here = join(folder, 'good')
    await mkdir(join(here, 'millrace'), { recursive: true })
    await writeFile(join(here, 'b.avsc'), JSON.stringify(event))
    await writeFile(join(here, 'a.avsc'), JSON.stringify({ ...event, name: 'Other' }))
    await writeFile(join(here, 'notes.txt'), 'no schema')
    await writeFile(join(here, 'millrace', 'c.avsc'), 'no schema')
    const schemas = await readSchemas(here)
    expect([...schemas].map(([file, schema]) => [file, schema.name])).toEqual([
      ['a.avsc', 'Other'],
      ['b.avsc', 'Event'],
    ])
  })

  it('says which folder is missing', async () => {
    await expect(readSchemas(join(folder, 'none'))).rejects.toMatchObject({
      code: 'MILLRACE_CODEC_SCHEMA_FOLDER',
      exitCode: 66,
    })
  })

  it.each([
    ['not JSON', '{"type": ', /wrong.avsc: not valid JSON/],
    ['too large', ' '.repeat(262_145), /wrong.avsc: larger than 262144 bytes/],
    [
      'of a wrong type',
      JSON.stringify({ ...event, fields: [{ name: 'x', type: 'bytes' }] }),
      /^wrong.avsc, field 'x': the type is bytes/,
    ],
    [
      'of a type that there is not',
      JSON.stringify({ ...event, fields: [...event.fields, { name: 'x', type: 'strng' }, { name: 'y', type: 'int' }] }),
      /^wrong.avsc, field 'x': not a valid Avro schema \(undefined type name: strng\)/,
    ],
  ])('says which file is %s', async (_, text, message) => {
    const here = await mkdtemp(join(folder, 'wrong-'))
    await writeFile(join(here, 'wrong.avsc'), text)
    await expect(readSchemas(here)).rejects.toThrow(message)
  })
})

describe('a schema that nobody asks for', () => {
  it('may be wrong, where its error is kept', async () => {
    const here = await mkdtemp(join(folder, 'kept-'))
    await writeFile(join(here, 'good.avsc'), JSON.stringify(event))
    await writeFile(join(here, 'bad.avsc'), '{')
    const wrong = new Map<string, unknown>()
    expect([...(await readSchemas(here, wrong)).keys()]).toEqual(['good.avsc'])
    expect([...wrong]).toEqual([['bad.avsc', expect.objectContaining({ code: 'MILLRACE_CODEC_SCHEMA' })]])
  })
})

describe('the schemas of this project', () => {
  it('are read, each field documented', async () => {
    const all = await readSchemas('schemas') // whoever tries Millrace here adds schemas that are not the project's
    const demo = ['arrival.avsc', 'departure.avsc'].map((file) => all.get(file) as EventSchema)
    for (const schema of demo) {
      expect(schema.doc).toBeTruthy()
      for (const field of schema.fields) expect(field.doc, field.name).toBeTruthy()
    }
  })

  it('have a declaration that is current', async () => {
    expect(await readFile('schemas/schemas.d.ts', 'utf8')).toBe(schemasDeclaration(await readSchemas('schemas')))
  })

  it('include those of the topics that Millrace defines', async () => {
    const schemas = await publishedSchemas()
    expect(Object.keys(schemas)).toEqual(['prediction', 'signal', 'model-event', 'dead-letter', 'control-command'])
    for (const [name, schema] of Object.entries(schemas)) {
      expect(schema).toMatchObject({ type: 'record', namespace: 'millrace' })
      expect(() => new AvroEncoder(schema, 1, name)).not.toThrow()
    }
    expect(eventSchema(schemas['control-command'], 'control-command.avsc').fields.map((field) => field.name)).toContain(
      'command',
    )
  })
})
