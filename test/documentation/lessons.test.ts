import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../../examples/', import.meta.url))
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')).toSorted() : []
const lessons = names.filter((name) => /^\d\d-/.test(name))
const others = names.filter((name) => name.startsWith('write-your-own'))

describe('the lessons', () => {
  it('are found, and numbered without a gap', () => {
    expect(lessons).not.toHaveLength(0)
    expect(lessons.map((name) => Number(name.slice(0, 2)))).toEqual(lessons.map((_, k) => k + 1))
  })

  it('are all in the README, each under its number', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const listed = Array.from(readme.matchAll(/^(\d+)\. \[[^\]]+\]\(https:\/\/unpkg\.com\/estimand\/examples\/([^)]+)\)/gm), ([, number, name]) => ({ number: Number(number), name }))
    expect(listed).toEqual(lessons.map((name, k) => ({ number: k + 1, name })))
    for (const name of others) expect(readme).toContain(`/examples/${name})`)
  })

  it.each([...lessons, ...others])('%s holds what it says', async (name) => {
    await import(pathToFileURL(join(folder, name)).href)
  })
})
