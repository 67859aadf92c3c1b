import { MillraceError } from '../errors.ts'
import type { Graph } from '../stream/graph.ts'
import { nearest } from '../stream/nearest.ts'
import type { ModelFigures } from '../telemetry/committed-figures.ts'
import type { StreamCommand } from './stream-view.ts'

/** Throws MILLRACE_API_COMMAND for a command that can lead to nothing, as far as the models at work are known. */
export function checkCommand(
  { command, modelVersion = '' }: StreamCommand,
  { name, model }: Graph,
  models: readonly Pick<ModelFigures, 'version' | 'role'>[] | undefined,
): void {
  const refuse = (wrong: string, remedy: string): never => {
    throw new MillraceError('MILLRACE_API_COMMAND', `stream '${name}', command ${command}`, wrong, remedy)
  }
  if (command === 'promote' && models?.every(({ version }) => version !== modelVersion)) {
    const versions = models.map(({ version }) => version)
    refuse(`there is no model '${modelVersion}' at work`, nearest(modelVersion, versions))
  }
  if (command === 'roll_back' && models?.every(({ role }) => role !== 'former')) {
    const others = models.filter(({ role }) => role !== 'champion').map(({ version }) => version)
    const remedy = others.length === 0 ? 'There is no other model' : `Promote one that is at work: ${others.join(', ')}`
    refuse('there is no former champion to return to', remedy)
  }
  if (command === 'retrain' && model.retrain === undefined)
    refuse('the stream does not say how to retrain', "Give its predict a 'retrain'")
}
