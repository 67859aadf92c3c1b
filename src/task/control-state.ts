import type { StateRegion, Stateful } from '../stats/state-region.ts'
import type { Decision } from './decision.ts'

const REMEMBERED = 1000 // command ids: who sends a command again does so soon

/** How far the control topic was taken, which commands were, and whether the task is paused. */
export class ControlState implements Stateful {
  /** Offset of the next command. */
  position = 0
  paused = false
  /** Records to be left out, with the cause: those that ended the process. */
  skips: { readonly partition: number; readonly offset: number; readonly cause: string }[] = []
  private ids: string[] = []

  /** Notes a command; false when one with its id was taken before. */
  take({ command, id, offset }: Extract<Decision, { kind: 'command' }>): boolean {
    this.position = Math.max(this.position, offset + 1)
    if (this.has(id)) return false
    this.ids.push(id)
    if (this.ids.length > REMEMBERED) this.ids.shift()
    if (command === 'pause') this.paused = true
    if (command === 'resume') this.paused = false
    return true
  }

  /** Whether a command was taken, of the latest. */
  has(id: string): boolean {
    return this.ids.includes(id)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return {
      control: {
        save: () => Buffer.from(JSON.stringify([this.position, this.paused, this.ids, this.skips])),
        load: (bytes) => {
          ;[this.position, this.paused, this.ids, this.skips] = JSON.parse(Buffer.from(bytes).toString())
        },
      },
    }
  }
}
