/** What a task counts of events and labels, in the order in which reports list it. */
export const labelCounters = [
  'learned',
  'early',
  'late',
  'orphaned',
  'duplicate',
  'corrected',
  'unknownClass',
  'unlabelled',
  'dropped',
  'lateUpdates',
  'warnings',
] as const
