/** The moments that a record's time may be, ms since 1970: from the year 1900 on, to the last that a date can be. */
export const timeRange = { earliestMs: -2_208_988_800_000, latestMs: 8.64e15 } as const
