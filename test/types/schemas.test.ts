import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import { schemasDeclaration } from '../../src/codec/schemas-declaration.ts'

it('schemas/schemas.d.ts is what `millrace types` writes today', async () => {
  const declared = readFileSync(new URL('../../schemas/schemas.d.ts', import.meta.url), 'utf8')
  expect(declared).toBe(schemasDeclaration(await readSchemas('schemas')))
})
