import { isDeepStrictEqual } from 'node:util'
import type { KeyedFeature, RunningFeature } from '../../src/features/keyed-feature.ts'
import type { Pages } from '../../src/stats/pages.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { SnapshotShadow, stateBytes } from './snapshot-shadow.ts'

const SLOTS = 400 // enough that rows lie on several pages
const CALLS = 3000

interface Call {
  readonly update: boolean
  readonly slot: number
  readonly timeMs: number
  readonly value: number
}

/**
 * The suite every keyed feature passes; throws on the first breach, its message beginning with the rule's name. `stepMs` is a time between
 * events of a key at which the feature is busy.
 */
export function checkKeyedFeature(feature: KeyedFeature, stepMs: number, seed: number): void {
  checkDescription(feature)
  const calls = randomCalls(seed, stepMs)
  const plain = run(feature, calls)
  rule('determinism', isDeepStrictEqual(run(feature, calls), plain), 'two runs of the same calls differ')
  checkEmpty(feature, calls)
  checkReads(feature, calls, plain, stepMs)
  checkSlots(feature, calls, plain)
  checkGrowth(feature, calls, plain)
  checkLate(feature, calls, plain)
  checkClear(feature, calls)
  checkMemory(feature, stepMs, seed)
  checkSnapshot(feature, calls, plain, seed)
}

function rule(name: string, holds: boolean, breach: string): void {
  if (!holds) throw new Error(`${name}: ${breach}`)
}

function checkDescription(feature: KeyedFeature): void {
  rule('description', Object.isFrozen(feature) && Object.isFrozen(feature.parameters), 'is not frozen')
  rule('description', /^[a-z]+(-[a-z]+)*$/.test(feature.feature), `'${feature.feature}' is not kebab-case`)
  rule(
    'description',
    isDeepStrictEqual(JSON.parse(JSON.stringify(feature.parameters)), feature.parameters),
    'parameters are not JSON-like',
  )
  rule('description', feature.memoryMs > 0, `memoryMs is ${feature.memoryMs}`)
}

/** Updates and reads of a few busy keys and many quiet ones, mostly in order. */
function randomCalls(seed: number, stepMs: number): Call[] {
  const random = new SeededRandom(seed)
  let now = 1_000_000 * stepMs
  return Array.from({ length: CALLS }, (_, i) => {
    if (random.next() < 0.3) now += Math.floor(random.next() * 2 * stepMs)
    if (random.next() < 0.01) now += Math.floor(random.next() * 100 * stepMs)
    const back = random.next() < 0.2 ? Math.floor(random.next() * 30 * stepMs) : 0
    const slot = Math.floor(random.next() * (random.next() < 0.8 ? 4 : SLOTS))
    return { update: random.next() < 0.6, slot, timeMs: now - back, value: i % 7 === 0 ? -i : i + 0.5 }
  })
}

function built(feature: KeyedFeature): RunningFeature {
  const running = feature.build()
  running.ensure(SLOTS)
  return running
}

function apply(running: RunningFeature, call: Call): number | boolean {
  return call.update ? running.update(call.slot, call.timeMs, call.value) : running.read(call.slot, call.timeMs)
}

function run(feature: KeyedFeature, calls: readonly Call[]): (number | boolean)[] {
  const running = built(feature)
  return calls.map((call) => apply(running, call))
}

function checkEmpty(feature: KeyedFeature, calls: readonly Call[]): void {
  const running = built(feature)
  for (const { slot, timeMs } of calls)
    rule('empty', Object.is(running.read(slot, timeMs), running.read(-1, timeMs)), 'an empty slot differs from slot -1')
}

function checkReads(
  feature: KeyedFeature,
  calls: readonly Call[],
  plain: readonly (number | boolean)[],
  stepMs: number,
): void {
  const running = built(feature)
  calls.forEach((call, i) => {
    for (const back of [0, 1, 10, 100]) running.read(calls[(i * 31) % CALLS].slot, call.timeMs - back * stepMs)
    running.read(call.slot, call.timeMs + 5 * stepMs)
    running.read(-1, call.timeMs)
    rule('reads', Object.is(apply(running, call), plain[i]), `reads before call ${i} changed it`)
  })
  const never = built(feature)
  for (const call of calls) if (call.update) apply(never, call)
  rule('reads', isDeepStrictEqual(stateBytes(never), stateBytes(running)), 'reads changed the state')
}

function checkSlots(feature: KeyedFeature, calls: readonly Call[], plain: readonly (number | boolean)[]): void {
  const alone = new Map<number, RunningFeature>()
  calls.forEach((call, i) => {
    const running = alone.get(call.slot) ?? feature.build()
    alone.set(call.slot, running)
    running.ensure(1)
    rule(
      'slots',
      Object.is(apply(running, { ...call, slot: 0 }), plain[i]),
      `slot ${call.slot} feels other slots at call ${i}`,
    )
  })
}

function checkGrowth(feature: KeyedFeature, calls: readonly Call[], plain: readonly (number | boolean)[]): void {
  const running = feature.build()
  calls.forEach((call, i) => {
    running.ensure(call.slot + 1)
    rule('growth', Object.is(apply(running, call), plain[i]), `growing slot by slot changed call ${i}`)
  })
  let bytes = 0
  const full = built(feature)
  for (const region of Object.values(full.regions()))
    bytes += (region as Pages).length * (region as Pages).values.BYTES_PER_ELEMENT
  rule(
    'growth',
    bytes <= SLOTS * full.bytesPerKey + 64,
    `${bytes} bytes of state for ${SLOTS} keys are more than bytesPerKey says`,
  )
}

function checkLate(feature: KeyedFeature, calls: readonly Call[], plain: readonly (number | boolean)[]): void {
  const all = built(feature)
  const taken = built(feature)
  let late = 0
  calls.forEach((call, i) => {
    apply(all, call)
    if (plain[i] === false) late++
    else rule('late', Object.is(apply(taken, call), plain[i]), `a late update changed call ${i}`)
    rule('late', all.late === late, `${all.late} late updates counted, ${late} were`)
  })
}

function checkClear(feature: KeyedFeature, calls: readonly Call[]): void {
  const cleared = built(feature)
  const fresh = built(feature)
  const half = CALLS / 2
  for (const call of calls.slice(0, half)) apply(cleared, call)
  const late = cleared.late
  for (let slot = 0; slot < SLOTS; slot += 2) cleared.clear(slot)
  for (const call of calls.slice(half)) {
    const result = apply(cleared, call)
    if (call.slot % 2 === 0) rule('clear', Object.is(result, apply(fresh, call)), 'a cleared slot remembers')
  }
  rule('clear', cleared.late >= late, 'clearing forgot late updates')
}

/** After its memory a key is as one never seen, for reads and updates: so that freeing its slot does not show. */
function checkMemory(feature: KeyedFeature, stepMs: number, seed: number): void {
  if (feature.memoryMs === Infinity) return
  const random = new SeededRandom(seed)
  const old = built(feature)
  const fresh = built(feature)
  const start = 1_000_000 * stepMs
  let newest = -Infinity
  for (let i = 0; i < 50; i++) {
    const timeMs = start + Math.floor(random.next() * 60 * stepMs)
    if (old.update(0, timeMs, i)) newest = Math.max(newest, timeMs)
  }
  const after = newest + feature.memoryMs + 1
  rule('memory', Object.is(old.read(0, after), old.read(-1, after)), 'an old key does not read like one never seen')
  for (let i = 0; i < 50; i++) {
    const timeMs = after + i * stepMs
    rule('memory', old.update(0, timeMs, i) === fresh.update(0, timeMs, i), 'an old key takes updates differently')
    rule('memory', Object.is(old.read(0, timeMs), fresh.read(0, timeMs)), 'an old key remembers')
  }
}

/** Stops at random points, keeping only the pages that said they changed, and goes on in a fresh instance. */
function checkSnapshot(
  feature: KeyedFeature,
  calls: readonly Call[],
  plain: readonly (number | boolean)[],
  seed: number,
): void {
  const random = new SeededRandom(seed + 1)
  const shadow = new SnapshotShadow()
  let running = built(feature)
  calls.forEach((call, i) => {
    if (random.next() < 0.02) shadow.take(running)
    if (random.next() < 0.01) {
      shadow.take(running)
      running = shadow.restore(feature.build())
    }
    rule('snapshot', Object.is(apply(running, call), plain[i]), `a restart changed call ${i}`)
  })
  const steady = built(feature)
  for (const call of calls) apply(steady, call)
  rule('snapshot', isDeepStrictEqual(stateBytes(running), stateBytes(steady)), 'a restart changed the state')
  rule('snapshot', running.late === steady.late, 'a restart changed the count of late updates')
}
