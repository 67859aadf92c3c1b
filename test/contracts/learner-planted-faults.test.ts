import { describe, expect, it } from 'vitest'
import { priorClass } from '../../src/learners/baselines/prior-class.ts'
import { gaussianNaiveBayes } from '../../src/learners/bayes/gaussian-naive-bayes.ts'
import { adaptiveConformalSets } from '../../src/learners/calibration/adaptive-conformal-sets.ts'
import type { Learner, RunningLearner } from '../../src/learners/learner.ts'
import { logisticRegression } from '../../src/learners/linear/logistic-regression.ts'
import { pipeline } from '../../src/learners/pipeline.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { decodeBinary, encodeBinary } from '../../src/stats/binary-format.ts'
import type { RowSchema } from '../../src/transforms/row-schema.ts'
import { standardScaler } from '../../src/transforms/standard-scaler.ts'
import type { RunningTransformer, Transformer } from '../../src/transforms/transformer.ts'
import { carryingChecks } from './learner-carrying.ts'
import { suiteSchema } from './learner-rows.ts'
import { learnerChecks, type LearnerSubject } from './learner-suite.ts'
import { transformerChecks } from './transformer-suite.ts'

/** A learner right in everything, for faults to be planted in; private parts are reached to plant what a slip would do. */
class Sound implements RunningLearner {
  readonly outputs: number
  inner: RunningLearner
  constructor(inner: RunningLearner) {
    this.inner = inner
    this.outputs = inner.outputs
  }
  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.inner.predict(row, offset, out, at)
  }
  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    this.inner.learn(row, offset, label, weight)
  }
  predictThenLearn(row: Float64Array, offset: number, label: number, weight: number, out: Float64Array, at: number) {
    this.predict(row, offset, out, at)
    this.learn(row, offset, label, weight)
  }
  save(): Uint8Array {
    return this.inner.save()
  }
  clone(): RunningLearner {
    return new (this.constructor as new (inner: RunningLearner) => RunningLearner)(this.inner.clone())
  }
  byteSize(): number {
    return this.inner.byteSize()
  }
}

/** The description of `inner` whose running learners are wrapped by `Faulty`. */
function planted(inner: Learner, Faulty: new (inner: RunningLearner) => RunningLearner): Learner {
  return Object.freeze({
    ...inner,
    build: (...[schema, target, snapshot]: Parameters<Learner['build']>) =>
      new Faulty(inner.build(schema, target, snapshot)),
  })
}

const neverReset = new SeededRandom(1)
const bayes = gaussianNaiveBayes() as Learner
const scaled = pipeline(standardScaler(), logisticRegression()) as Learner
const hidden = (part: object, name: string) => (part as Record<string, never>)[name]

interface Fault {
  readonly fault: string
  readonly of: Learner
  readonly caught: string
  readonly Faulty: new (inner: RunningLearner) => RunningLearner
}

const learnerFaults: readonly Fault[] = [
  {
    fault: 'the scaler learns on predict',
    of: scaled,
    caught: 'predict changes nothing',
    Faulty: class extends Sound {
      override predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        const [scaler] = hidden(this.inner, 'transformers') as RunningTransformer[]
        scaler.learn(row, offset, NaN, 1)
        super.predict(row, offset, out, at)
      }
    },
  },
  {
    fault: 'save omits part of the state',
    of: bayes,
    caught: 'saved, loaded and gone on, equals never having stopped',
    Faulty: class extends Sound {
      private learned = 0
      override predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        super.predict(row, offset, out, at)
        if (this.learned % 100 === 99) out.fill(1 / this.outputs, at, at + this.outputs)
      }
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight)
        this.learned += 1
      }
    },
  },
  {
    fault: 'a clone shares an array',
    of: bayes,
    caught: 'a clone shares nothing',
    Faulty: class extends Sound {
      override clone(): RunningLearner {
        const copy = this.inner.clone()
        const { cells } = hidden(this.inner, 'state') as { cells: Float64Array }
        Object.assign(copy, { state: { ...(hidden(copy, 'state') as object), cells } })
        return new Sound(copy)
      }
    },
  },
  {
    fault: 'predictThenLearn learns first',
    of: bayes,
    caught: 'does not know the label of the row it predicts',
    Faulty: class extends Sound {
      override predictThenLearn(...[row, offset, label, weight, out, at]: Parameters<Sound['predictThenLearn']>): void {
        this.learn(row, offset, label, weight)
        this.predict(row, offset, out, at)
      }
    },
  },
  {
    fault: 'predictThenLearn predicts otherwise than predict',
    of: scaled,
    caught: 'predictThenLearn equals predict, then learn',
    Faulty: class extends Sound {
      override predictThenLearn(...[row, offset, label, weight, out, at]: Parameters<Sound['predictThenLearn']>): void {
        const ahead = this.inner.clone()
        const [scalerAhead] = hidden(ahead, 'transformers') as RunningTransformer[]
        scalerAhead.learn(row, offset, label, weight)
        ahead.predict(row, offset, out, at)
        this.learn(row, offset, label, weight)
      }
    },
  },
  {
    fault: 'renewing the steps forgets what was learned',
    of: scaled,
    caught: 'renewed steps change no prediction, and a share of 1 changes nothing',
    Faulty: class extends Sound {
      renewSteps(share: number): void {
        const { model } = hidden(this.inner, 'learner') as unknown as { model: { state: Float64Array } }
        for (let i = 0; i < model.state.length; i++) model.state[i] *= share
      }
    },
  },
  {
    fault: 'renewing the steps does nothing',
    of: scaled,
    caught: 'renewed steps change no prediction, and a share of 1 changes nothing',
    Faulty: class extends Sound {
      renewSteps(): void {}
    },
  },
  {
    fault: 'to ask for a set teaches something',
    of: adaptiveConformalSets(gaussianNaiveBayes()) as Learner,
    caught: 'an interval is about the prediction, a set is of classes, and asking for one changes nothing',
    Faulty: class extends Sound {
      predictSet(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        this.inner.predictSet?.(row, offset, out, at)
        this.inner.learn(row, offset, 0, 1)
      }
    },
  },
  {
    fault: 'a set is of probabilities',
    of: adaptiveConformalSets(gaussianNaiveBayes()) as Learner,
    caught: 'an interval is about the prediction, a set is of classes, and asking for one changes nothing',
    Faulty: class extends Sound {
      predictSet(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        this.inner.predict(row, offset, out, at)
      }
    },
  },
  {
    fault: 'the weight is ignored',
    of: bayes,
    caught: 'weights mean what it declares',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight > 0 ? 1 : weight)
      }
    },
  },
  {
    fault: 'the weight is ignored by a gradient step',
    of: scaled,
    caught: 'weights mean what it declares',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight > 0 ? 1 : weight)
      }
    },
  },
  {
    fault: 'a weight of 0 learns',
    of: bayes,
    caught: 'a weight of 0 changes nothing',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight === 0 ? 1 : weight)
      }
    },
  },
  {
    fault: 'a missing number counts as 0',
    of: bayes,
    caught: 'a missing number is as if its column were not there',
    Faulty: class extends Sound {
      override predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        super.predict(filled(row, offset), 0, out, at)
      }
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(filled(row, offset), 0, label, weight)
      }
    },
  },
  {
    fault: 'the transformer has learned when a label is refused',
    of: scaled,
    caught: 'an error leaves its state unchanged',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        const [scaler] = hidden(this.inner, 'transformers') as RunningTransformer[]
        if (!Number.isInteger(label)) scaler.learn(row, offset, label, 1)
        super.learn(row, offset, label, weight)
      }
    },
  },
  {
    fault: 'a refused label is learned as another',
    of: bayes,
    caught: 'an error leaves its state unchanged',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label < 0 ? 0 : label, weight)
      }
    },
  },
  {
    fault: 'it draws from a source that is not seeded',
    of: bayes,
    caught: 'is deterministic',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight * (1 + neverReset.next()))
      }
    },
  },
  {
    fault: 'it keeps every row',
    of: bayes,
    caught: 'does not grow',
    Faulty: class extends Sound {
      private readonly kept: number[] = []
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight)
        this.kept.push(row[offset])
      }
      override byteSize(): number {
        return super.byteSize() + 8 * this.kept.length
      }
    },
  },
  {
    fault: 'probabilities do not sum to 1',
    of: bayes,
    caught: 'predicts class probabilities or a finite value, before and after learning',
    Faulty: class extends Sound {
      override predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        super.predict(row, offset, out, at)
        out[at] *= 0.99
      }
    },
  },
  {
    fault: 'it writes at the start of the buffer',
    of: bayes,
    caught: 'reads and writes only where it is told',
    Faulty: class extends Sound {
      override predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        super.predict(row, offset, out, at)
        out[0] = out[at]
      }
    },
  },
  {
    fault: 'an infinite number reaches the prediction',
    of: bayes,
    caught: 'stays finite on missing, huge, tiny, constant and repeated numbers and on codes out of range',
    Faulty: class extends Sound {
      override predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
        super.predict(row, offset, out, at)
        if (row[offset] === Infinity) out[at] = NaN
      }
    },
  },
  {
    fault: 'a class that comes late is not learned',
    of: bayes,
    caught: 'takes a class seen late, a single class and pure noise',
    Faulty: class extends Sound {
      private learned = 0
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        if (label === 0 || this.learned < 5000) super.learn(row, offset, label, weight)
        this.learned += 1
      }
    },
  },
  {
    fault: 'it learns nothing',
    of: bayes,
    caught: 'learns: its loss is below that of the prior',
    Faulty: class extends Sound {
      override learn(row: Float64Array, offset: number, label: number, weight: number): void {
        super.learn(row, offset, label, weight > 0 ? 1e-12 : weight)
      }
      override predict(_row: Float64Array, _offset: number, out: Float64Array, at: number): void {
        out.fill(1 / this.outputs, at, at + this.outputs)
      }
    },
  },
]

type Carry = NonNullable<Learner['carry']>

/** Carries, then changes the state's arrays in place. */
function spoiled(of: Learner, spoil: (arrays: Record<string, Float64Array>, to: RowSchema) => void): Carry {
  return (snapshot, from, to, target) => {
    const bytes = (of.carry as Carry)(snapshot, from, to, target)
    const { header, arrays } = decodeBinary(of.algorithm, bytes)
    spoil(arrays as Record<string, Float64Array>, to)
    return encodeBinary(of.algorithm, header, arrays)
  }
}

const logistic = logisticRegression() as Learner

const carryingFaults: readonly { fault: string; of: Learner; caught: string; carry: Carry }[] = [
  {
    fault: 'a new weight does not start at 0',
    of: logistic,
    caught: 'carried over to new columns, predicts as before, whatever they hold',
    carry: spoiled(logistic, ({ state }) => state.forEach((value, i) => (state[i] = value === 0 ? 1e-9 : value))),
  },
  {
    fault: 'a new column of naive Bayes takes the class weights back',
    of: bayes,
    caught: 'carried over to new columns, predicts as before, whatever they hold',
    carry: spoiled(bayes, ({ earlier }) => earlier.fill(0)),
  },
  {
    fault: 'the sums of squared gradients are forgotten',
    of: logistic,
    caught: 'while a new number is missing, learns on as if it had not come',
    carry: spoiled(logistic, ({ state }) => state.forEach((_, i) => (state[i] = i % 2 === 1 ? 0 : state[i]))),
  },
  {
    fault: 'a new column is never learned from',
    of: bayes,
    caught: 'learns what a new column says',
    carry: spoiled(bayes, ({ cells }, { columns }) => {
      const numbers = columns.filter(({ kind }) => kind === 'number').length
      const added = columns.filter(({ kind }) => kind === 'number').findIndex(({ name }) => name === 'added')
      if (added >= 0) for (const c of [0, 1]) cells[(c * numbers + added) * 5 + 2] = Infinity
    }),
  },
  {
    fault: 'what was learned of a column that is gone stays behind',
    of: logistic,
    caught: 'without a column, predicts as where it is missing',
    carry: spoiled(logistic, ({ state }, { columns }) => (state[0] += columns.length < 5 ? 0.1 : 0)),
  },
  {
    fault: 'columns are told by where they stand',
    of: logistic,
    caught: 'columns are told by name, kind and size, wherever they stand',
    carry: (snapshot, from, to, target) => {
      const { header, arrays } = decodeBinary(logistic.algorithm, snapshot)
      if (to.columns.length !== from.columns.length) return (logistic.carry as Carry)(snapshot, from, to, target)
      return encodeBinary(logistic.algorithm, { ...header, columns: to.columns }, arrays)
    },
  },
  {
    fault: 'anything is carried',
    of: logistic,
    caught: 'refuses to carry what was not saved over these columns',
    carry: (_, __, to, target) => logistic.build(to, target).save(),
  },
]

function filled(row: Float64Array, offset: number): Float64Array {
  return row.slice(offset, offset + 5).map((value) => (Number.isNaN(value) ? 0 : value))
}

describe('the learner suite fails on a planted fault', () => {
  it.each(learnerFaults)('$fault', ({ of, caught, Faulty }) => {
    const subject: LearnerSubject = {
      name: 'planted',
      learner: of,
      schema: suiteSchema('none'),
      target: { problem: 'binary', classes: 2 },
      learns: true,
    }
    const check = learnerChecks[caught]
    expect(() => check(subject)).not.toThrow()
    expect(() => check({ ...subject, learner: planted(of, Sound) })).not.toThrow()
    expect(() => check({ ...subject, learner: planted(of, Faulty) })).toThrow(Error)
  })

  it.each(carryingFaults)('$fault', ({ of, caught, carry }) => {
    const schema = suiteSchema('indicator')
    const subject = { name: '', learner: of, schema, target: { problem: 'binary', classes: 2 }, learns: true } as const
    expect(() => carryingChecks[caught](subject)).not.toThrow()
    expect(() => carryingChecks[caught]({ ...subject, learner: Object.freeze({ ...of, carry }) })).toThrow(Error)
  })

  it('no check of carrying is without a fault that it catches', () => {
    expect(new Set(carryingFaults.map((each) => each.caught))).toEqual(new Set(Object.keys(carryingChecks)))
  })

  it('a snapshot of anything is taken', () => {
    const careless: Learner = Object.freeze({
      ...bayes,
      build: (...[schema, target, snapshot]: Parameters<Learner['build']>) => {
        try {
          return bayes.build(schema, target, snapshot)
        } catch {
          return bayes.build(schema, target)
        }
      },
    })
    const schema = suiteSchema('none')
    const subject = {
      name: '',
      learner: careless,
      schema,
      target: { problem: 'binary', classes: 2 },
      learns: true,
    } as const
    expect(() => learnerChecks['refuses a snapshot that is damaged, newer or not its own'](subject)).toThrow(Error)
  })

  it('any target is taken', () => {
    const target = { problem: 'binary', classes: 2 } as const
    const schema = suiteSchema('none')
    const learner: Learner = Object.freeze({ ...bayes, build: () => bayes.build(schema, target) })
    const subject = { name: '', learner, schema, target, learns: true }
    expect(() => learnerChecks['refuses a target that it cannot have'](subject)).toThrow(Error)
  })

  it('the description is not frozen', () => {
    const learner = { ...(priorClass() as Learner) }
    const schema = suiteSchema('none')
    const subject = { name: '', learner, schema, target: { problem: 'binary', classes: 2 }, learns: false } as const
    expect(() => learnerChecks['is described by plain frozen data'](subject)).toThrow(Error)
  })

  it('no check of the suite is without a fault that it catches', () => {
    const caught = learnerFaults.map((each) => each.caught)
    const apart = [
      'refuses a snapshot that is damaged, newer or not its own',
      'refuses a target that it cannot have',
      'is described by plain frozen data',
    ]
    expect(new Set([...caught, ...apart])).toEqual(new Set(Object.keys(learnerChecks)))
  })
})

type Cells = { cells: Float64Array; layout: { numberAt: Int32Array } }

/** A standard scaler with a part of it replaced. */
function scalerWith(
  change: (running: RunningTransformer, cells: Float64Array) => Partial<RunningTransformer>,
): Transformer {
  const inner = standardScaler() as Transformer
  return Object.freeze({
    ...inner,
    build: (...[schema, snapshot]: Parameters<Transformer['build']>) => {
      const running = inner.build(schema, snapshot)
      return Object.assign(running, change(running, (running as unknown as Cells).cells))
    },
  })
}

const transformerFaults: readonly { fault: string; caught: string; faulty: Transformer }[] = [
  {
    fault: 'transform learns',
    caught: 'transform changes nothing',
    faulty: scalerWith((running) => {
      const transform = running.transform.bind(running)
      return {
        transform: (row, offset, out, at) => {
          running.learn(row, offset, NaN, 1)
          transform(row, offset, out, at)
        },
      }
    }),
  },
  {
    fault: 'save omits the variance',
    caught: 'saved, loaded and gone on, equals never having stopped',
    faulty: scalerWith((running, cells) => {
      const save = running.save.bind(running)
      return {
        save: () => {
          const whole = cells.slice()
          for (let i = 2; i < cells.length; i += 4) cells[i] = 0
          const bytes = save()
          cells.set(whole)
          return bytes
        },
      }
    }),
  },
  {
    fault: 'a clone shares the state',
    caught: 'a clone shares nothing',
    faulty: scalerWith((running, cells) => {
      const clone = running.clone.bind(running)
      return { clone: () => Object.assign(clone(), { cells }) }
    }),
  },
  {
    fault: 'a missing number is learned as 0',
    caught: 'a missing number is not learned',
    faulty: scalerWith((running) => {
      const learn = running.learn.bind(running)
      return {
        learn: (row, offset, label, weight) => {
          learn(filled(row, offset), 0, label, weight)
        },
      }
    }),
  },
  {
    fault: 'the weight is ignored',
    caught: 'weights are repetitions, and 0 changes nothing',
    faulty: scalerWith((running) => {
      const learn = running.learn.bind(running)
      return { learn: (row, offset, label, weight) => learn(row, offset, label, weight > 0 ? 1 : 0) }
    }),
  },
  {
    fault: 'an infinite number enters the state',
    caught: 'stays sound on missing, huge, tiny and constant numbers and on codes out of range',
    faulty: scalerWith((running, cells) => {
      const learn = running.learn.bind(running)
      const at = (running as unknown as Cells).layout.numberAt
      return {
        learn: (row, offset, label, weight) => {
          learn(row, offset, label, weight)
          for (const [j, position] of at.entries()) if (row[offset + position] === Infinity) cells[4 * j + 1] = Infinity
        },
      }
    }),
  },
  {
    fault: 'codes are scaled too',
    caught: 'gives rows of its schema and writes only there',
    faulty: scalerWith((running) => {
      const transform = running.transform.bind(running)
      return {
        transform: (row, offset, out, at) => {
          transform(row, offset, out, at)
          out[at] -= 0.5
        },
      }
    }),
  },
  {
    fault: 'it says that it keeps rows and does not',
    caught: 'gives rows of its schema and writes only there',
    faulty: scalerWith(() => ({ keepsRows: true })),
  },
  {
    fault: 'it says that it uses labels and does not',
    caught: 'says of itself whether it uses labels',
    faulty: scalerWith(() => ({ usesLabels: true })),
  },
  {
    fault: 'the label enters the state',
    caught: 'does not use the label',
    faulty: scalerWith((running) => {
      const learn = running.learn.bind(running)
      return { learn: (row, offset, label, weight) => learn(row, offset, label, label === 1 ? 2 * weight : weight) }
    }),
  },
]

describe('the transformer suite fails on a planted fault', () => {
  const schema = suiteSchema('category')

  it.each(transformerFaults)('$fault', ({ caught, faulty }) => {
    const check = transformerChecks[caught]
    expect(() => check({ name: 'sound', transformer: scalerWith(() => ({})), schema })).not.toThrow()
    expect(() => check({ name: 'planted', transformer: faulty, schema })).toThrow(Error)
  })

  it('a snapshot of anything is taken', () => {
    const inner = standardScaler() as Transformer
    const transformer = Object.freeze({ ...inner, build: (columns: typeof schema) => inner.build(columns) })
    const check = transformerChecks['refuses a snapshot that is damaged, newer or not its own']
    expect(() => check({ name: 'planted', transformer, schema })).toThrow(Error)
  })
})
