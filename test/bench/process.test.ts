import { fileURLToPath } from 'node:url'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pythonProgram, runOf, serverOf } from './process.ts'
import { columnOf, datum, meanSize } from './ours/data.ts'

const node = (code: string, input = '') => ({ command: process.execPath, args: ['--input-type=module', '--eval', code], input })

describe('a server', () => {
  it('answers line by line, in the order in which it is asked, after what it read first', async () => {
    const echo = node(
      `import { createInterface } from 'node:readline'
       let first = null
       for await (const line of createInterface({ input: process.stdin })) {
         if (first === null) first = line
         else console.log(JSON.stringify({ value: JSON.parse(line).seconds, check: first.length }))
       }`,
      'hello\n',
    )
    const server = serverOf(echo)
    try {
      expect(await server.sample('x', 1)).toEqual({ value: 1, check: 5 })
      expect(await server.sample('x', 2)).toEqual({ value: 2, check: 5 })
    } finally {
      server.close()
    }
  })

  it.each([
    ['that fails', `process.stdin.once('data', () => console.log('{ "error": "no measure x" }'))`, /x: no measure x/],
    ['that ends', `process.stdin.once('data', () => { console.error('out of memory'); process.exit(3) })`, /ended with 3\n[^]*out of memory/],
    ['that talks', `process.stdin.once('data', () => console.log('hello'))`, /expected a line of JSON, got hello/],
  ])('%s is an error that says so', async (_, code, message) => {
    const server = serverOf(node(code))
    await expect(server.sample('x', 1)).rejects.toThrow(message)
    server.close()
  })

  it('that cannot be started is an error too', async () => {
    await expect(serverOf({ command: 'no-such-command', args: [], input: '' }).sample('x', 1)).rejects.toThrow(/no-such-command/)
  })
})

describe('a program', () => {
  it('says its sample in its last line', async () => {
    expect(await runOf(node(`console.log('on the way'); console.log('{ "value": 1, "stepsTo475": null }')`), 'p')).toEqual({ value: 1, stepsTo475: null })
  })

  it('that fails is an error with its complaint, though it has said something', async () => {
    await expect(runOf(node(`console.log('{ "value": 1 }'); console.error('broken'); process.exitCode = 1`), 'p')).rejects.toThrow(/p: ended with 1\n[^]*broken/)
  })
})

describe('a program in Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'estimand-bench-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'main.py'), 'print(1)')
  writeFileSync(join(folder, 'data.py'), '')
  writeFileSync(join(folder, 'notes.txt'), '')

  it('takes its files along, so that its Python need not see them', () => {
    const { command, args, input } = pythonProgram('chroot FOLDER python3', folder, 'main.py', ['--seed', '1'], { 'ppo.py': 'x' })
    expect([command, ...args.slice(0, 4)]).toEqual(['chroot', 'FOLDER', 'python3', '-u', '-c'])
    expect(JSON.parse(input)).toEqual({ script: 'main.py', args: ['--seed', '1'], files: { 'main.py': 'print(1)', 'data.py': '', 'ppo.py': 'x' } })
    // One line: the rest of its input is what it is asked.
    expect(input.indexOf('\n')).toBe(input.length - 1)
  })

  it('are all there', () => {
    const { input } = pythonProgram('python3', fileURLToPath(new URL('peers/', import.meta.url)), 'serve.py')
    const { files } = JSON.parse(input) as { readonly files: Readonly<Record<string, string>> }
    for (const name of ['serve.py', 'versions.py', 'cleanrl.py', 'ppo_torch.py', 'reinforce_torch.py', 'kernels.py', 'update.py', 'environments.py', 'data.py']) expect(Object.keys(files)).toContain(name)
  })
})

describe('the data of both sides', () => {
  it('are the hash that they are said to be', () => {
    // MurmurHash3 (x86, 32 bits) of no bytes is its finaliser of the seed: 0x514E28B7 for seed 1, 0x81F16F39 for seed 2^32 - 1, 0 for seed 0.
    expect(datum(0, -1, 0, 2 ** 32)).toBe(0x81f16f39)
    expect(datum(0, 1, 0, 2 ** 32)).toBe(0x514e28b7)
    expect(datum(0, 0, 0, 1)).toBe(0)
  })

  it('lie in their range, fill it, and differ from column to column', () => {
    const column = columnOf(3, 10_000, -1, 1)
    expect(column.every((x) => x >= -1 && x < 1)).toBe(true)
    // A mean of 10,000 uniform sizes has a standard deviation of 0.0029.
    expect(Math.abs(meanSize(column) - 0.5)).toBeLessThan(0.015)
    expect(columnOf(4, 100, -1, 1)).not.toEqual(column.slice(0, 100))
  })
})
