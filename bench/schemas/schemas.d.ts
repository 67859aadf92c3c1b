// Written by `millrace types` from *.avsc; do not edit.
import type { Timestamp } from 'millrace'

declare module 'millrace' {
  interface Schemas {
    /** What became of an offer. */
    'bench-answer.avsc': {
      /** The offer's number. */
      id: string
      /** About 100 seconds after the offer. */
      at: Timestamp
      /** The label. */
      yes: boolean
    }
    /** Something that a user of a million did, and whether it was worth it, known at once. */
    'bench-click.avsc': {
      /** The event's number. */
      id: string
      /** One of a million. */
      user: string
      /** 250,000 a second, of 10,000 users. */
      at: Timestamp
      /** Between 0 and 1. */
      amount: number
      /** The label. */
      worth: boolean
    }
    /** A half hour of the New South Wales electricity market (Elec2: Harries, 1999), cycled. */
    'bench-elec2.avsc': {
      /** The row's number. */
      id: string
      /** Half an hour after the row before. */
      at: Timestamp
      /** Normalised to [0, 1], as all that follows but day. */
      date: number
      /** Day of the week, 1 to 7. */
      day: number
      /** Half hour of the day. */
      period: number
      /** Price in New South Wales. */
      nswprice: number
      /** Demand in New South Wales. */
      nswdemand: number
      /** Price in Victoria. */
      vicprice: number
      /** Demand in Victoria. */
      vicdemand: number
      /** Scheduled transfer between the two. */
      transfer: number
      /** Whether the price is above its mean of the last 24 hours. */
      up: boolean
    }
    /** Somebody looked at a shop, or the shop made an offer, which is answered later. */
    'bench-shop-event.avsc': {
      /** The event's number. */
      id: string
      /** One of a thousand. */
      shop: string
      /** 250,000 a second, of which 10,000 are offers. */
      at: Timestamp
      /** An offer, or else a look. */
      offer: boolean
      /** Between 0 and 1. */
      price: number
      /** Between 0 and 1. */
      size: number
    }
  }
}
