import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requireTools } from '../../src/cluster/require-tools.ts'

const java = { command: 'java', debianPackage: 'default-jre-headless' }
const mvn = { command: 'mvn', debianPackage: 'maven' }
const path = process.env.PATH
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-tools-'))
  process.env.PATH = folder
})

afterEach(() => {
  process.env.PATH = path
  rmSync(folder, { recursive: true })
})

test('says in one line which programs are missing and what to do', () => {
  writeFileSync(join(folder, 'mvn'), '')
  expect(() => requireTools([java, mvn])).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_CLUSTER_TOOL',
      message:
        "local cluster: java can't be found. Install what is missing (on Debian: apt-get install default-jre-headless) and see that it is in the PATH.",
    }),
  )
})

test('is content when all are there', () => {
  writeFileSync(join(folder, 'mvn'), '')
  writeFileSync(join(folder, 'java'), '')
  expect(() => requireTools([java, mvn])).not.toThrow()
})
