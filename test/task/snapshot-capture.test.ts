import { describe, expect, test } from 'vitest'
import { Pages } from '../../src/stats/pages.ts'
import type { StatePart, StateRegion } from '../../src/stats/state-region.ts'
import { PAGE_BYTES } from '../../src/task/region-pages.ts'
import { type CapturedState, SnapshotCapture } from '../../src/task/snapshot-capture.ts'

const DOUBLES = PAGE_BYTES / 8

const partOf = (regions: () => Record<string, StateRegion>, path = 'part'): StatePart => ({
  path,
  definition: 'v1',
  state: { regions },
})

/** The pages that were copied, by `path/region`. */
function copied(captured: CapturedState | undefined): Record<string, readonly number[]> {
  const regions = captured?.parts.flatMap(({ path, regions: own }) =>
    own.map(({ name, pages }) => [`${path}/${name}`, [...pages]] as const),
  )
  return Object.fromEntries(regions?.filter(([, pages]) => pages.length > 0) ?? [])
}

function capture(capturer: SnapshotCapture, parts: readonly StatePart[], outcome: 'written' | 'failed' | 'lost') {
  const captured = capturer.capture(parts)
  captured?.settle(outcome, captured.buffer)
  return copied(captured)
}

describe('a capture', () => {
  test('copies all pages at first, then only those that changed', () => {
    const pages = new Pages(new Float64Array(100 * DOUBLES))
    const capturer = new SnapshotCapture()
    const parts = [partOf(() => ({ pages }))]
    expect(capture(capturer, parts, 'written')['part/pages']).toHaveLength(100)
    expect(capture(capturer, parts, 'written')).toEqual({})
    pages.values[5 * DOUBLES] = 1
    pages.touch(5 * DOUBLES)
    pages.values[99 * DOUBLES + 1] = 2
    pages.touch(99 * DOUBLES + 1)
    const captured = capturer.capture(parts) as CapturedState
    expect(copied(captured)).toEqual({ 'part/pages': [5, 99] })
    expect(captured.bytes).toBe(2 * PAGE_BYTES)
    const doubles = new Float64Array(captured.buffer)
    expect([doubles[0], doubles[DOUBLES + 1]]).toEqual([1, 2])
  })

  test('copies what was there when it was taken, and fills up to multiples of 8 with zeros', () => {
    const bytes = new Pages(new Uint8Array(PAGE_BYTES + 3).fill(7))
    const text = { save: () => Uint8Array.of(1, 2, 3), load: () => {} }
    const capturer = new SnapshotCapture()
    capturer.provide(new Uint8Array(3 * PAGE_BYTES).fill(255).buffer)
    const captured = capturer.capture([partOf(() => ({ bytes, text }))]) as CapturedState
    bytes.values.fill(9)
    expect(captured.bytes).toBe(PAGE_BYTES + 8 + 8)
    expect([...new Uint8Array(captured.buffer, PAGE_BYTES, 16)]).toEqual([
      7, 7, 7, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0,
    ])
    expect(captured.stateBytes).toBe(PAGE_BYTES + 3 + 3)
  })

  test('has the last page again when the region has grown within it, and only that', () => {
    const pages = new Pages(new Int32Array(0))
    const parts = [partOf(() => ({ pages }))]
    const capturer = new SnapshotCapture()
    pages.ensure(3000)
    expect(capture(capturer, parts, 'written')).toEqual({ 'part/pages': [0, 1] })
    pages.ensure(3001)
    expect(capture(capturer, parts, 'written')).toEqual({ 'part/pages': [1] })
    pages.ensure(9000)
    expect(capture(capturer, parts, 'written')).toEqual({ 'part/pages': [1, 2, 3, 4] })
  })

  test('waits until the one before is settled, once', () => {
    const pages = new Pages(new Float64Array(10))
    const parts = [partOf(() => ({ pages }))]
    const capturer = new SnapshotCapture()
    const first = capturer.capture(parts) as CapturedState
    expect(capturer.busy).toBe(true)
    expect(capturer.capture(parts)).toBeUndefined()
    first.settle('written', first.buffer)
    const second = capturer.capture(parts) as CapturedState
    first.settle('lost', first.buffer)
    expect(capturer.busy).toBe(true)
    second.settle('written', second.buffer)
    expect(capture(capturer, parts, 'written')).toEqual({})
  })

  test('uses its memory again', () => {
    const pages = new Pages(new Float64Array(10 * DOUBLES))
    const parts = [partOf(() => ({ pages }))]
    const capturer = new SnapshotCapture()
    const first = capturer.capture(parts) as CapturedState
    first.settle('written', first.buffer)
    pages.touchRange(0, 10 * DOUBLES)
    expect(capturer.capture(parts)?.buffer).toBe(first.buffer)
  })
})

describe('a capture whose write fails', () => {
  test('keeps its pages changed, also those that change again or not', () => {
    const pages = new Pages(new Float64Array(8 * DOUBLES))
    const parts = [partOf(() => ({ pages }))]
    const capturer = new SnapshotCapture()
    capture(capturer, parts, 'written')
    pages.touch(DOUBLES)
    pages.touch(2 * DOUBLES)
    expect(capture(capturer, parts, 'failed')).toEqual({ 'part/pages': [1, 2] })
    pages.touch(2 * DOUBLES)
    pages.touch(7 * DOUBLES)
    expect(capture(capturer, parts, 'failed')).toEqual({ 'part/pages': [1, 2, 7] })
    expect(capture(capturer, parts, 'written')).toEqual({ 'part/pages': [1, 2, 7] })
    expect(capture(capturer, parts, 'written')).toEqual({})
  })

  test('is followed by one of everything when earlier blobs are lost', () => {
    const pages = new Pages(new Float64Array(4 * DOUBLES))
    const parts = [partOf(() => ({ pages }))]
    const capturer = new SnapshotCapture()
    capture(capturer, parts, 'written')
    pages.touch(0)
    expect(capture(capturer, parts, 'lost')).toEqual({ 'part/pages': [0] })
    expect(capture(capturer, parts, 'written')).toEqual({ 'part/pages': [0, 1, 2, 3] })
  })

  test('changes nothing when a save throws', () => {
    const pages = new Pages(new Float64Array(2 * DOUBLES))
    let broken = false
    const text = {
      save: () => {
        if (broken) throw new Error('cannot be saved')
        return new Uint8Array(0)
      },
      load: () => {},
    }
    const parts = [partOf(() => ({ pages, text }))]
    const capturer = new SnapshotCapture()
    capture(capturer, parts, 'written')
    pages.touch(DOUBLES)
    broken = true
    expect(() => capturer.capture(parts)).toThrow('cannot be saved')
    broken = false
    expect(capturer.busy).toBe(false)
    expect(capture(capturer, parts, 'written')['part/pages']).toContain(1)
  })
})

test('a region that was away for a capture is copied whole when it is back', () => {
  const stays = new Pages(new Float64Array(DOUBLES))
  const goes = new Pages(new Float64Array(2 * DOUBLES))
  let here = true
  const parts = [partOf((): Record<string, StateRegion> => (here ? { stays, goes } : { stays }))]
  const capturer = new SnapshotCapture()
  capture(capturer, parts, 'written')
  expect(capture(capturer, parts, 'written')).toEqual({})
  here = false
  expect(capture(capturer, parts, 'written')).toEqual({})
  here = true
  expect(capture(capturer, parts, 'written')).toEqual({ 'part/goes': [0, 1] })
})
