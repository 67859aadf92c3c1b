import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { parseSource, type SourceFile } from './parse-source.ts'

/** The project's folder. */
export const projectFolder = resolve(import.meta.dirname, '../..')

/** All TypeScript files under some folders of the project, parsed, in order of their paths. */
export function readSources(...folders: readonly string[]): SourceFile[] {
  return listFiles(...folders)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => parseSource(path, readFileSync(join(projectFolder, path), 'utf8')))
}

/** The paths of all files under some folders of the project, relative to it, with forward slashes, sorted. */
export function listFiles(...folders: readonly string[]): string[] {
  const paths: string[] = []
  for (const folder of folders) {
    if (!existsSync(join(projectFolder, folder))) continue
    for (const entry of readdirSync(join(projectFolder, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile())
        paths.push(
          join(entry.parentPath, entry.name)
            .slice(projectFolder.length + 1)
            .split(sep)
            .join('/'),
        )
    }
  }
  return paths.sort()
}
