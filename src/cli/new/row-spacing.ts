/** When the rows of a file without a time column are said to have happened. */
export const rowSpacing = {
  start: '2020-01-01T00:00:00Z',
  every: '1m',
  everyMs: 60_000,
  startMs: 1_577_836_800_000,
} as const
