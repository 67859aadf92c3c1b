import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import * as learners from '../../src/learners/index.ts'
import type { Learner, Target } from '../../src/learners/learner.ts'
import { carryingChecks } from './learner-carrying.ts'
import { type SuiteCodes, suiteSchema } from './learner-rows.ts'
import { learnerChecks, type LearnerSubject } from './learner-suite.ts'

/** The columns and the target that a learner is tested with. */
export type LearnerShape = readonly [SuiteCodes, Target]

/** Learners of one file, and how the suite tests them. */
export interface LearnerEntry
  extends Pick<LearnerSubject, 'scaled' | 'counts' | 'exactlyLinear' | 'squashed' | 'bound'> {
  readonly learners: readonly Learner[]
  readonly shapes: readonly LearnerShape[]
  readonly learns?: boolean
  /** Options out of range. */
  readonly refused: readonly (() => unknown)[]
}

const folder = fileURLToPath(new URL('../../src/learners/', import.meta.url))

/**
 * Proves the contract of every learner in those of the files of src/learners that `belongs` picks: each is an entry, or a part
 * that is no learner.
 */
export function learnerFamily(
  belongs: (file: string) => boolean,
  parts: Readonly<Record<string, string>>,
  entries: Readonly<Record<string, readonly LearnerEntry[]>>,
): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter(belongs)

  describe('every learner in src/learners', () => {
    it.each(files.filter((file) => !(file in parts)))('%s has an entry, a source and is public', (file) => {
      expect(Object.keys(entries)).toContain(file)
      const name = basename(file, '.ts').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
      expect(Object.keys(learners)).toContain(name)
      const text = readFileSync(join(folder, file), 'utf8')
      const docstring = text
        .slice(0, text.indexOf(`export function ${name}`))
        .split('/**')
        .at(-1)
      expect(docstring).toMatch(/\* Source: [^]*\b(1[89]|20)\d\d\b/)
    })

    it('is on the list, and the list names no file that is gone', () => {
      expect(files.toSorted()).toEqual([...Object.keys(entries), ...Object.keys(parts)].toSorted())
    })
  })

  for (const [file, list] of Object.entries(entries)) {
    describe.each(list.flatMap(subjectsOf))(`${file} $name`, (subject) => {
      it.each(Object.entries({ ...learnerChecks, ...carryingChecks }))('%s', (_, check) => check(subject))

      it('is named after its file', () => {
        expect(subject.learner.algorithm).toBe(basename(file, '.ts'))
      })
    })

    const refused = list.flatMap((entry) => entry.refused)
    if (refused.length === 0) continue
    it(`${file} refuses options out of range and says the range`, () => {
      for (const attempt of refused) {
        const error = thrown(attempt)
        expect(error).toBeInstanceOf(MillraceError)
        expect(error).toMatchObject({ code: 'MILLRACE_LEARNER_PARAMETER', message: expect.stringMatching(/Give .+\./) })
      }
    })
  }
}

function subjectsOf(entry: LearnerEntry): LearnerSubject[] {
  const { learns = true, scaled, counts, exactlyLinear, squashed } = entry
  return entry.learners.flatMap((learner) =>
    entry.shapes.map(([codes, target]): LearnerSubject => {
      const name = `${JSON.stringify(learner.parameters)} ${target.problem}, codes: ${codes}`
      const bound = entry.bound ?? (learner.parameters.maxByteSize as number | undefined)
      return {
        name,
        learner,
        schema: suiteSchema(codes),
        target,
        learns,
        scaled,
        counts,
        exactlyLinear,
        squashed,
        bound,
      }
    }),
  )
}

function thrown(attempt: () => unknown): unknown {
  try {
    return attempt()
  } catch (error) {
    return error
  }
}
