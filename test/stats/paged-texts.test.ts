import { expect, test } from 'vitest'
import { PagedTexts } from '../../src/stats/paged-texts.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { SnapshotShadow, stateBytes } from '../contracts/snapshot-shadow.ts'

const letters = ['a', 'é', '漢', '🛩', '"', '\n']

function textOf(random: SeededRandom): string {
  const length = random.next() < 0.1 ? random.nextInt(3000) : random.nextInt(100)
  return Array.from({ length }, () => letters[random.nextInt(letters.length)]).join('')
}

test('holds what a map would, and its changed pages are all that a snapshot needs', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new SeededRandom(seed)
    const texts = new PagedTexts()
    const expected = new Map<number, string>()
    const shadow = new SnapshotShadow()
    for (let step = 0; step < 2000; step++) {
      const slot = random.nextInt(200)
      if (random.next() < 0.4) {
        texts.delete(slot)
        expected.delete(slot)
      } else {
        const text = textOf(random)
        texts.set(slot, text)
        expected.set(slot, text)
      }
      if (step % 100 === 0) shadow.take(texts)
    }
    shadow.take(texts)
    const restored = shadow.restore(new PagedTexts())
    expect(stateBytes(restored)).toEqual(stateBytes(texts))
    for (const one of [texts, restored]) {
      expect(one.count).toBe(expected.size)
      for (let slot = -1; slot < 300; slot++)
        expect([one.has(slot), one.get(slot)]).toEqual([expected.has(slot), expected.get(slot)])
    }
  }
})

test('uses the room of texts that are gone', () => {
  const texts = new PagedTexts()
  const cells = () =>
    Object.values(texts.regions()).reduce((sum, pages) => sum + (pages as { length: number }).length, 0)
  for (let slot = 0; slot < 100; slot++) texts.set(slot, 'x'.repeat(500))
  const before = cells()
  for (let round = 0; round < 50; round++) {
    for (let slot = 0; slot < 100; slot++) texts.set(slot, 'y'.repeat(500 - (round % 3)))
    for (let slot = 0; slot < 100; slot += 2) texts.delete(slot)
    for (let slot = 0; slot < 100; slot += 2) texts.set(slot, 'z'.repeat(400))
  }
  expect(cells()).toBe(before)
})

test('one change among many touches few pages', () => {
  const texts = new PagedTexts()
  for (let slot = 0; slot < 10_000; slot++) texts.set(slot, `{"count":${slot}}`)
  const shadow = new SnapshotShadow()
  shadow.take(texts)
  texts.set(5000, '{"count":1}')
  expect(shadow.take(texts)).toBeLessThanOrEqual(4)
})
