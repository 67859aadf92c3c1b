// Makes the folder that is published: JavaScript and types compiled from src, and a package.json whose `exports` name them.
// Use: node .ci/stage-package.ts <folder>
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folder = process.argv[2]
if (folder === undefined) throw new Error('use: node .ci/stage-package.ts <folder>')

const staged = resolve(folder)
rmSync(staged, { recursive: true, force: true })
mkdirSync(staged, { recursive: true })

const compiler = join(root, 'node_modules/typescript/bin/tsc')
const build = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(staged, 'dist')]
execFileSync(process.execPath, build, { stdio: 'inherit' })

// What lies beside the sources and is read at run time.
cpSync(join(root, 'src'), join(staged, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
for (const path of ['bin', 'schemas/millrace', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
  if (existsSync(join(root, path))) cpSync(join(root, path), join(staged, path), { recursive: true })
}

const {
  scripts: _scripts,
  devDependencies: _devDependencies,
  ...description
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const compiled = (path: string, extension: string) => path.replace('./src/', './dist/').replace(/\.ts$/, extension)
const doors = Object.entries(description.exports as Record<string, string>).map(([door, path]) => [
  door,
  { types: compiled(path, '.d.ts'), default: compiled(path, '.js') },
])
writeFileSync(
  join(staged, 'package.json'),
  `${JSON.stringify({ ...description, exports: Object.fromEntries(doors) }, null, 2)}\n`,
)
