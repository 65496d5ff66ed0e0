import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, tsc } from './tsc.ts'

/** Reasons in alphabetical order: the compiler prints a union in the order in which it met the members. */
const ordered = (type: string): string => type.replace(/"[^"]*"(?: \| "[^"]*")+/g, (union) => union.split(' | ').toSorted().join(' | '))

/** The types that tsc declares for the pipelines of hover/pipelines.ts, by name, written as an editor shows them. */
const declared = (): ReadonlyMap<string, string> => {
  const folder = mkdtempSync(join(tmpdir(), 'estimand-hover-'))
  try {
    const config = join(folder, 'tsconfig.json')
    const compilerOptions = { declaration: true, emitDeclarationOnly: true, noEmit: false, rootDir: root, outDir: folder, typeRoots: [join(root, 'node_modules/@types')] }
    writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], exclude: [], files: [join(root, 'test/types/hover/pipelines.ts')] }))
    const errors = tsc('-p', config)
    if (errors !== '') throw new Error(errors)
    const text = readFileSync(join(folder, 'test/types/hover/pipelines.d.ts'), 'utf8').replace(/import\("[^"]*"\)\./g, '')
    const statements = text.split(/^(?=export )/m).map((statement) => /^export declare const (\w+): ([^]*);\s*$/.exec(statement))
    return new Map(statements.flatMap((found) => (found === null ? [] : [[found[1], ordered(found[2])]])))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const hovers = declared()

test('the types of the three pipelines that everybody reads first', () => {
  expect(hovers.get('reinforce')).toBe('Estimator<Reward & CompleteEpisodes & OnPolicy, never>')
  expect(hovers.get('better')).toBe('Estimator<Reward & CompleteEpisodes & OnPolicy, never>')
  expect(hovers.get('clipped')).toBe('Estimator<Reward & CompleteEpisodes & BehaviourLogProb, "clipping" | "state distribution">')
})

test('every pipeline has a type', () => {
  const names = [...readFileSync(join(root, 'test/types/hover/pipelines.ts'), 'utf8').matchAll(/^export const (\w+)/gm)].map(([, name]) => name)
  expect([...hovers.keys()]).toEqual(names)
})

test.each([...hovers])('%s is one readable line', (_name, type) => {
  expect(type).not.toContain('\n')
  expect(type).not.toContain('{')
  expect(type.length).toBeLessThanOrEqual(160)
})
