import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LocalRedis } from '../../src/cluster/local-redis.ts'

test('a Redis that is not installed is an error of one line that says how to get it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-no-redis-'))
  const path = process.env.PATH
  process.env.PATH = folder
  try {
    await expect(LocalRedis.start({ port: 1, folder })).rejects.toMatchObject({
      code: 'MILLRACE_CLUSTER_TOOL',
      message: expect.stringMatching(/redis-server can't be found\. Install .*apt-get install redis-server/),
    })
  } finally {
    process.env.PATH = path
    rmSync(folder, { recursive: true })
  }
})
