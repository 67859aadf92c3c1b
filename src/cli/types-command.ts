import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import { readSchemas } from '../codec/read-schemas.ts'
import { schemasDeclaration } from '../codec/schemas-declaration.ts'
import { MillraceError } from '../errors.ts'
import { Project } from './project.ts'
import { typedCommand } from './typed-command.ts'

/** `millrace types` */
export function typesCommand(): Command {
  return new Command('types')
    .summary('write the types of the schemas for stream files')
    .description('Writes schemas.d.ts beside the Avro schemas, so that stream files get the types of their records.')
    .option('--check', 'write nothing, and fail where the file is not current')
    .addHelpText(
      'after',
      `
Examples:
  millrace types
  millrace types --check`,
    )
    .action(async ({ check }: { check?: boolean }, command: Command) => {
      const project = Project.of(command)
      const { file, written } = await writeTypes(project.config.schemas, check ?? false)
      if (project.json) project.terminal.json({ file, written })
      else
        project.terminal.line(
          written ? `${relative(project.folder, file)} is written.` : `${relative(project.folder, file)} is current.`,
        )
    })
}

/** Writes the declaration where it differs. Throws MILLRACE_CLI_DATA where it does and only a check was asked for. */
export async function writeTypes(
  schemas: string,
  checkOnly = false,
): Promise<{ readonly file: string; readonly written: boolean }> {
  const file = join(schemas, 'schemas.d.ts')
  const text = schemasDeclaration(await readSchemas(schemas))
  if (current(file) === text) return { file, written: false }
  if (checkOnly)
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      file,
      'it is not what the schemas say',
      `Run ${typedCommand('types')} and commit the file`,
    )
  writeFileSync(file, text)
  return { file, written: true }
}

function current(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
