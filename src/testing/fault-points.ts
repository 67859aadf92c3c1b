import type { OutsideCall } from './memory-process.ts'

/** Every place at which a simulated process waits for something outside of it, in words: what it does there, before or after. */
export const faultPoints: readonly string[] = [
  'fence',
  'journal bounds',
  'input bounds',
  'journal poll',
  'input poll',
  'control poll',
  'first send',
  'send',
  'first commit',
  'commit',
  'marker of predictions',
  'marker of dead-letters',
  'marker of journal',
  'pause',
  'put schema',
  'put pages',
  'put manifest',
  'get schema',
  'get pages',
  'get manifest',
  'list',
  'delete',
  'trim',
].flatMap((point) => (point === 'pause' ? ['after pause'] : [`before ${point}`, `after ${point}`]))

/** The name of a point; `isStarting`: whether the process has not yet recovered. */
export function faultPoint(phase: 'before' | 'after', call: OutsideCall, place: string, isStarting: boolean): string {
  return `${phase} ${nameOf(call, place, isStarting)}`
}

function nameOf(call: OutsideCall, place: string, isStarting: boolean): string {
  switch (call) {
    case 'send':
    case 'commit':
      return isStarting ? `first ${call}` : call
    case 'marker':
      return `marker of ${place.replace(/^.*\.|\/\d+$/g, '')}`
    case 'poll':
    case 'bounds':
      return `${topicKind(place)} ${call}`
    case 'put':
    case 'get':
      return `${call} ${place.startsWith('schema-') ? 'schema' : place.replace(/^.*\./, '')}`
    default:
      return call
  }
}

function topicKind(place: string): string {
  return /\.(journal|control)\/\d+$/.exec(place)?.[1] ?? 'input'
}
