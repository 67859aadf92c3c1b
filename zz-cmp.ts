import { EmbeddedPlatform } from './src/service/embedded-platform.ts'
import { decodedTopic } from './test/task/flight-log.ts'
const read = async (data: string) => {
  const platform = new EmbeddedPlatform({ data, durability: 'process' })
  const p = await decodedTopic(platform.log, 'flight-delay.predictions', 'prediction')
  const m = await decodedTopic(platform.log, 'flight-delay.models', 'model-event')
  await platform.close()
  return { p, m }
}
const a = await read(process.argv[2]), b = await read(process.argv[3])
console.log(a.p.length, b.p.length)
const i = a.p.findIndex((x, i) => JSON.stringify(x) !== JSON.stringify(b.p[i]))
console.log(i, a.p[i], b.p[i])
for (const x of [a, b]) { console.log('---'); for (const m of x.m) console.log(new Date(Number(m.eventTime)).toISOString(), m.kind, m.modelVersion, String(m.reason).slice(0,100)) }
