/** What people read for cohorts of one length. */
export interface CohortWords {
  readonly one: string
  readonly many: string
  /** The mean over them. */
  readonly mean: string
  /** Of one of them, before a metric's name. */
  readonly each: string
}

/** Names cohorts of so many days: days are called so, longer ones never. */
export function cohortWords(days: number): CohortWords {
  if (days === 1) return { one: 'day', many: 'days', mean: 'daily mean', each: 'daily' }
  const one = `${days}-day cohort`
  return { one, many: `${one}s`, mean: `mean of ${one}s`, each: `${days}-day` }
}
