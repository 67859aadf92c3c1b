import { MillraceError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import * as learners from '../learners/index.ts'
import * as transforms from '../transforms/index.ts'

/** A learner as data: what a description says of itself, enough to make it again in another thread or process. */
export interface LearnerData {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, unknown>>
}

const { pipeline, ...others } = learners
const { rowSchema: _, ...transformers } = transforms

/** Every learner and transformer by its algorithm, which is its name in kebab-case. */
const factories: Readonly<Record<string, (...given: never) => unknown>> = Object.fromEntries(
  Object.entries({ ...others, ...transformers }).map(([name, factory]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    factory,
  ]),
)

/** The description that a learner's data came from. Throws MILLRACE_LIFECYCLE_ALGORITHM for an algorithm that is not there. */
export function learnerOf(data: LearnerData): Learner<any, any> {
  return made(data) as Learner<any, any>
}

function made({ algorithm, parameters }: LearnerData): unknown {
  if (algorithm === 'pipeline') {
    const steps = (parameters.steps as readonly LearnerData[]).map(made)
    return (pipeline as (...steps: unknown[]) => unknown)(...steps)
  }
  const factory = factories[algorithm]
  if (factory !== undefined) return factory(...(argumentsOf(parameters) as never))
  throw new MillraceError(
    'MILLRACE_LIFECYCLE_ALGORITHM',
    `model '${algorithm}'`,
    'is no learner or transformer of this version of Millrace',
    `Use the version that made it; there are: ${Object.keys(factories).join(', ')}`,
  )
}

/** What a factory was given: the learner that its own is around, those that it is made of, and its options. */
function argumentsOf({ learner, learners: others, ...options }: LearnerData['parameters']): unknown[] {
  const given: unknown[] = []
  if (learner !== undefined) given.push(made(learner as LearnerData))
  if (others !== undefined) given.push((others as readonly LearnerData[]).map(made))
  if (Object.keys(options).length > 0) given.push(options)
  return given
}
