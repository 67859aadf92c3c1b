// Written by `millrace types` from *.avsc; do not edit.
import type { Timestamp } from 'millrace'

declare module 'millrace' {
  interface Schemas {
    /** A flight that has landed. Made from the same row of flights-3m.parquet as its departure. */
    'arrival.avsc': {
      /** The row's number in the data set, as in its departure. */
      flightId: string
      /** departedAt + 30 minutes + distance / 7.5 miles a minute. The data has no landing time; this one does not use the delay, so that the time at which a label arrives says nothing about the label. */
      landedAt: Timestamp
      /** The data set's column `delay`: minutes behind schedule on arrival; negative = early. A few rows hold impossible values down to -1,116. */
      delayMinutes: number
    }
    /** A flight that has just left its gate, with what is known at that moment. Made from a row of flights-3m.parquet of the npm package vega-datasets: three million flights within the United States, first half of 2001. */
    'departure.avsc': {
      /** The row's number in the data set, from 0: the data has no id of its own. */
      flightId: string
      /** The data set's column `date`, which is the actual, not the scheduled, departure; in UTC, as the data says nothing of time zones. */
      departedAt: Timestamp
      /** Miles between the two airports. */
      distance: number
      /** The airport it left, three letters; null = unknown (never so in this data, but streams should say what they do then). */
      origin: string | null
      /** The airport it flies to, three letters. */
      destination: string
    }
  }
}
