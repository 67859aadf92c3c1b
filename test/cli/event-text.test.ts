import { describe, expect, it } from 'vitest'
import { eventText } from '../../src/cli/event-text.ts'

const eventTime = Date.UTC(2001, 5, 1, 14, 24)

describe('an event in words', () => {
  it('says what a detector saw in numbers', () => {
    const evidence = { before: 0.49615, after: 0.51254, since: 1600 }
    const record = { kind: 'drift', path: 'drift.loss', eventTime, evidence, message: '' }
    expect(eventText('flight-delay.signals', record)).toBe('2001-06-01 14:24  drift: loss from 0.4961 to 0.5125')
  })

  it('says what a signal without numbers says', () => {
    const record = { kind: 'data_quality', path: 'label', eventTime, evidence: {}, message: 'an arrow threw' }
    expect(eventText('flight-delay.signals', record)).toBe('2001-06-01 14:24  data quality: an arrow threw')
    expect(eventText('flight-delay.signals', { ...record, message: '' })).toBe('2001-06-01 14:24  data quality: label')
  })

  it('says which model did what, and why', () => {
    const record = { kind: 'rolled_back', modelVersion: 'v0.7', eventTime, reason: 'enough' }
    expect(eventText('flight-delay.models', record)).toBe('2001-06-01 14:24  model v0.7 rolled back: enough')
  })
})
