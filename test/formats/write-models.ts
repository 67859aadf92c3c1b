/**
 * Writes test/formats/1/: a model file of each algorithm, and what it says of some rows. Run once for each new algorithm:
 * `node test/formats/write-models.ts`. What is there is never written again, for it stands for files that users have.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openModel } from '../../src/lifecycle/open-model.ts'
import { encodeModelFile } from '../../src/models/model-file.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { bitsOf, type ExpectedModel, formatFolder, specimenFacts, specimens } from './model-files.ts'

mkdirSync(formatFolder, { recursive: true })
for (const [name, specimen] of Object.entries(specimens)) {
  const file = join(formatFolder, `${name}.model`)
  if (existsSync(file)) continue
  const { learner, target, columns } = specimen
  const running = learner.build({ columns }, target)
  const random = new SeededRandom(1)
  for (let n = 0; n < 800; n++) {
    const row = columns.map(({ kind }) => (kind === 'category' ? random.nextInt(6) : random.next() * 2))
    const score = row.reduce((sum, value) => sum + value, random.next())
    const label = target.problem === 'regression' ? score : Math.floor(score) % Math.min(3, target.classes)
    running.learn(Float64Array.from(row), 0, label, 1)
  }
  const { header, rows } = specimenFacts(specimen)
  const bytes = encodeModelFile(header, running.save())
  const model = openModel(bytes)
  const outputs = rows.map((row) => {
    const { prediction, probabilities } = model.predict(row)
    return [prediction, ...Object.values(probabilities ?? {})].map(bitsOf)
  })
  writeFileSync(file, bytes)
  writeFileSync(
    join(formatFolder, `${name}.json`),
    `${JSON.stringify({ header, rows, outputs } satisfies ExpectedModel)}\n`,
  )
}
