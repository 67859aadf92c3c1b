import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { MillraceProcess, runMillrace } from './millrace-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-models-running-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Roles = Readonly<Record<string, string>>

it('models are listed in the roles that the API tells, and as of the newest snapshot where none answers', async () => {
  const port = await freePort()
  const here = { MILLRACE_PORT: String(port), MILLRACE_DATA: join(folder, 'data') }
  const millrace = (args: string, environment = here) => runMillrace(args.split(' '), environment)
  expect(await millrace('demo --speed max --limit 2000 --once')).toMatchObject({ exitCode: 0 })
  const running = new MillraceProcess(['run', 'flight-delay'], here)
  await running.said(/running {2}/)
  const api = `http://127.0.0.1:${port}/streams/flight-delay`
  const rolesOfApi = async (): Promise<Roles> => {
    const { task } = (await (await fetch(api)).json()) as { task: { models: { version: string; role: string }[] } }
    return Object.fromEntries(task.models.map(({ version, role }) => [version, role]))
  }
  const rolesListed = async (environment = here): Promise<Roles> => {
    const { output } = await millrace('models flight-delay --json', environment)
    const { versions } = JSON.parse(output) as { versions: { version: string; role: string }[] }
    return Object.fromEntries(versions.map(({ version, role }) => [version, role]))
  }
  const both = async (champion: string): Promise<Roles> => {
    while ((await rolesOfApi())[champion] !== 'champion') await sleep(20)
    const listed = await rolesListed()
    expect(listed).toEqual(await rolesOfApi())
    return listed
  }

  const first = await both('v0.0')
  expect(first).toMatchObject({ 'v0.0-c1': 'challenger' })
  expect(await millrace('promote flight-delay v0.0-c1')).toMatchObject({ exitCode: 0 })
  expect(await both('v0.0-c1')).toMatchObject({ 'v0.0': 'former' })
  expect(await millrace('rollback flight-delay')).toMatchObject({ exitCode: 0 })
  expect(await both('v0.0')).toMatchObject({ 'v0.0-c1': 'benched' })

  const away = { ...here, MILLRACE_PORT: '1' }
  expect(await rolesListed(away)).toEqual(first) // as of the clean stop, not in parts
  expect(await millrace('models flight-delay', away)).toMatchObject({
    exitCode: 0,
    errors: expect.stringMatching(/This is as of transaction \d+, for no API .* 2 later steps are in .*models steps/),
  })
  running.signal('SIGTERM')
  expect(await running.ended()).toBe(0)
  expect(await rolesListed()).toMatchObject({ 'v0.0': 'champion', 'v0.0-c1': 'benched' })
  expect(await millrace('models flight-delay')).toMatchObject({ exitCode: 0, errors: '' })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  await new Promise((closed) => server.close(closed))
  return port
}
