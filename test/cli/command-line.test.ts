import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { leafCommands } from './leaf-commands.ts'

const leaves = leafCommands(commandLine())

/** Parses words as the command line does, without doing anything; what a command says, and how the parsing ended. */
async function parsed(words: readonly string[]): Promise<{ said: string; code: string }> {
  const program = commandLine()
  let said = ''
  const quiet = (command: Command): void => {
    command.configureOutput({ writeOut: (text) => (said += text), writeErr: (text) => (said += text) })
    if (command.commands.length === 0) command.action(() => {})
    for (const child of command.commands) quiet(child)
  }
  quiet(program)
  try {
    await program.parseAsync(words, { from: 'user' })
    return { said, code: 'parsed' }
  } catch (error) {
    return { said, code: (error as { code?: string }).code ?? String(error) }
  }
}

/** The words of a line as a shell cuts it, quotes included. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)
}

/** The options without which a command does not work, each with a word. */
function mandatory({ options }: Command): string[] {
  return options.filter((option) => option.mandatory).flatMap(({ long }) => [String(long), 'word'])
}

describe.each(leaves)('millrace $path', ({ path, command }) => {
  it('says what it does, what its words mean, and how it is used', async () => {
    const { said, code } = await parsed([...path.split(' '), '--help'])
    expect(code).toBe('commander.helpDisplayed')
    expect(said).toContain(`Usage: millrace ${path}`)
    expect(said).toContain('--json')
    expect(command.summary()).not.toBe('')
    for (const option of command.options) expect(option.description, option.flags).not.toBe('')
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('')
  })

  it('has examples that it understands', async () => {
    const { said } = await parsed([...path.split(' '), '--help'])
    const examples = [...said.matchAll(/^ {2}(?:MILLRACE_\w+=\S+ )?millrace (.*)$/gm)].map(([, line]) => line)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      expect(await parsed(wordsOf(example.replace(/ > .*$/, '')))).toEqual({ said: '', code: 'parsed' })
    }
  })

  it('refuses an option that it does not have, and says where help is', async () => {
    const { said, code } = await parsed([...path.split(' '), ...mandatory(command), '--no-such-option'])
    expect(code).toBe('commander.unknownOption')
    expect(said).toContain('run with --help for the options and examples')
  })

  it('refuses more words than it takes', async () => {
    if (command.registeredArguments.some(({ variadic }) => variadic)) return
    const many = [...command.registeredArguments.map(() => 'word'), 'more']
    expect((await parsed([...path.split(' '), ...many, ...mandatory(command)])).code).toBe('commander.excessArguments')
  })
})
