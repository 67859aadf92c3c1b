import { Subject, VirtualTimeScheduler } from 'rxjs'
import { expect, it } from 'vitest'
import { nowAndThen } from '../../src/cli/now-and-then.ts'
import { whenQuiet } from '../../src/cli/when-quiet.ts'
import type { LiveFacts } from '../../src/telemetry/live-summary.ts'

const facts = (learned: number, phase = 'running'): LiveFacts => ({
  stream: 'x',
  phase,
  nowMs: 0,
  eventsPerSecond: 100,
  waiting: 0,
  learned,
  figures: [],
  modelVersion: undefined,
  lastEvent: undefined,
  deadLetters: undefined,
  address: undefined,
})

it('a line begins each phase, comes every few seconds, and tells the last figures once nothing more comes', () => {
  const scheduler = new VirtualTimeScheduler()
  const source = new Subject<LiveFacts>()
  const lines: string[] = []
  source
    .pipe(whenQuiet(nowAndThen(scheduler), (latest) => ({ ...latest, eventsPerSecond: 0 }), scheduler))
    .subscribe(({ phase, learned, eventsPerSecond }) =>
      lines.push(`${scheduler.now()} ${phase} ${learned} ${eventsPerSecond}`),
    )
  source.next(facts(0, 'starting'))
  for (let at = 1000; at <= 12_000; at += 1000) scheduler.schedule(() => source.next(facts(at)), at)
  scheduler.schedule(() => source.next(facts(12_000, 'stopping')), 30_000)
  scheduler.schedule(() => source.complete(), 31_000)
  scheduler.flush()
  expect(lines).toEqual([
    '0 starting 0 100',
    '1000 running 1000 100',
    '6000 running 6000 100',
    '11000 running 11000 100',
    '14000 running 12000 0',
    '30000 stopping 12000 100',
  ])
})
