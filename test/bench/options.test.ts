import { describe, expect, it } from 'vitest'
import { faults } from './comparison.ts'
import { comparisons } from './comparisons.ts'
import { measures } from './measures.ts'
import { chosen, optionsOf, repeatOf, usage } from './options.ts'

describe('options', () => {
  it('have defaults from the environment and the machine', () => {
    expect(optionsOf([], {}, 2)).toEqual({
      peers: false, only: [], rounds: null, block: 0.06, seeds: null, out: null, against: null, resume: null, quieter: false, python: 'python3', cleanRl: null, core: 1, list: false, help: false,
    })
    expect(optionsOf([], { PYTHON: 'chroot x python3', CLEANRL: 'c' }, 4)).toMatchObject({ python: 'chroot x python3', cleanRl: 'c', core: 3 })
  })

  it('are read', () => {
    expect(optionsOf(['--peers', '--only', 'a', '--only', 'b', '--rounds', '3', '--block', '500', '--core', 'none', '--seeds', '2', '--python', 'p'], { PYTHON: 'q' }, 2)).toMatchObject({
      peers: true, only: ['a', 'b'], rounds: 3, block: 0.5, core: null, seeds: 2, python: 'p',
    })
  })

  it.each([
    [['--rounds', '0'], /--rounds: expected an integer >= 1, got 0/],
    [['--block', 'x'], /--block/],
    [['--core', '-1'], /--core/],
    [['--unknown'], /unknown/i],
    [['word'], /word/],
  ])('%j is refused', (args, message) => {
    expect(() => optionsOf(args, {}, 2)).toThrow(message)
  })

  it('are all in the usage', () => {
    for (const name of ['only', 'list', 'rounds', 'block', 'seeds', 'out', 'resume', 'quieter', 'against', 'python', 'cleanrl', 'core']) expect(usage).toContain(`--${name}`)
  })
})

describe('the command that repeats a run', () => {
  it.each<readonly [readonly string[], string]>([
    [[], 'npm run bench'],
    [['--peers'], 'npm run bench:peers'],
    [['--peers', '--only', 'updates', '--only', 'T = 4', '--rounds', '3'], "npm run bench:peers -- --only updates --only 'T = 4' --rounds 3"],
    [['--out', '/here/x.json', '--rounds', '3', '--cleanrl=/there', '--python', 'chroot x python3', '--resume', 'y', '--quieter'], 'npm run bench -- --rounds 3'],
  ])('of %j has no place of this machine', (args, expected) => {
    expect(repeatOf(args)).toBe(expected)
  })
})

describe('the comparisons', () => {
  it('have no faults, and measure what there is', () => {
    expect(faults(comparisons)).toEqual([])
    const names = measures.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, ours, others } of comparisons)
      for (const side of [ours, ...others]) if (side.from === 'here') expect(names, name).toContain(side.measure)
  })

  it('are chosen by parts of their names or groups', () => {
    const all = chosen(comparisons, { only: [], peers: false })
    expect(all.length).toBeGreaterThan(30)
    expect(all.filter(({ onRequest }) => onRequest === true)).toEqual([])
    expect(chosen(comparisons, { only: ['1e8'], peers: false }).map(({ name }) => name)).toEqual(['GAE of 1e8 steps'])
    expect(chosen(comparisons, { only: ['TRAINING'], peers: true }).every(({ group, name }) => group === 'training' || name.includes('training'))).toBe(true)
    expect(chosen(comparisons, { only: ['growth'], peers: false }).map(({ name }) => name)).not.toContain('GAE of 1e8 steps')
    const beside = chosen(comparisons, { only: [], peers: true })
    expect(beside.map(({ group }) => group)).not.toContain('exact')
    expect(beside.map(({ group }) => group)).toContain('updates')
    expect(() => chosen(comparisons, { only: ['nothing'], peers: false })).toThrow(/--only nothing: .*weights, updates/)
  })
})
