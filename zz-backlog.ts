import { HistoryProducer } from './src/cli/history-producer.ts'
import { EmbeddedPlatform } from './src/service/embedded-platform.ts'
import { loadStream } from './src/service/load-stream.ts'
import history from './streams/flight-delay.history.ts'
const platform = new EmbeddedPlatform({ data: process.argv[2], durability: 'process' })
const producer = await HistoryProducer.open(await loadStream({ streams: 'streams', schemas: 'schemas' }, 'flight-delay'), platform)
await producer.play(history(), { speed: Infinity, limit: 600_000, lag: () => 0, stop: new AbortController().signal })
await platform.close()
