/** How writing what is committed to Redis goes. */
export interface ProjectionFigures {
  /** writing: what is committed gets there. waiting: it can't be written for now, and is tried again. */
  readonly state: 'writing' | 'waiting'
  /** Why it waits, in a sentence without its full stop; empty while it is written. */
  readonly reason: string
  /** Keys that wait to be written. */
  readonly pending: number
  readonly written: number
  /** Keys of which a newer value came before the older was written. */
  readonly superseded: number
  /** Keys given up because too many waited. */
  readonly dropped: number
}
