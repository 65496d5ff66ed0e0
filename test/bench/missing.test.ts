import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Found, Modules } from './missing.ts'
import { canRun, cleanRlVersion, missing, needsOf, otherCleanRl } from './missing.ts'

const all: Modules = { python: '3.12', torch: '2.0', numpy: '2.0', gymnasium: '1.0', numba: '0.6' }
const whole: Found = { python: 'python3', modules: all, cleanRl: cleanRlVersion.ppo }

describe('missing', () => {
  it('is nothing where all is there', () => {
    expect(missing(whole)).toEqual([])
  })

  it('names each module, what it is for, and how to get them', () => {
    expect(missing({ ...whole, modules: { ...all, numba: null, torch: null } })).toEqual([
      'torch, for training and updates',
      'numba, for weights, beside numpy',
      'get torch, numba: python3 -m pip install torch numba, or on Debian: apt-get install python3-torch python3-numba',
    ])
  })

  it('says how to name a Python where none runs, and no more of its modules', () => {
    const lines = missing({ ...whole, modules: null })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^python3 does not run; .*PYTHON="COMMAND"/)
  })

  it('says how to get CleanRL at the commit that was measured', () => {
    const lines = missing({ ...whole, cleanRl: null })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`checkout ${cleanRlVersion.commit.slice(0, 7)}, then --cleanrl cleanrl or CLEANRL=cleanrl`)
  })
})

it('another ppo.py than the named one is remarked upon', () => {
  expect(otherCleanRl(whole)).toBeNull()
  expect(otherCleanRl({ ...whole, cleanRl: null })).toBeNull()
  expect(otherCleanRl({ ...whole, cleanRl: createHash('sha256').update('other').digest('hex') })).toMatch(/not that of commit fe8d8a0/)
})

describe('a side', () => {
  it.each([
    ['numba GAE 1000x1024', ['numpy', 'numba']],
    ['torch fused update 4-64-64-2, batch 64', ['numpy', 'torch']],
    ['numpy GAE 1000x1024', ['numpy']],
    ['gymnasium single CartPole-v1', ['numpy', 'gymnasium']],
  ])('that measures %s needs %j', (measure, needs) => {
    expect(needsOf({ name: 'x', from: 'python', measure })).toEqual(needs)
  })

  it('that is CleanRL needs it, and one from here needs nothing', () => {
    expect(needsOf({ name: 'x', from: 'python program', script: 'cleanrl.py', args: [], cleanRl: 'ppo.py' })).toContain('cleanrl')
    expect(needsOf({ name: 'x', from: 'python program', script: 'ppo_torch.py', args: [] })).toEqual(['numpy', 'torch', 'gymnasium'])
    expect(needsOf({ name: 'x', from: 'here', measure: 'y' })).toEqual([])
  })

  it('runs where its needs are met', () => {
    expect(canRun(['numpy', 'cleanrl'], whole)).toBe(true)
    expect(canRun(['numpy', 'cleanrl'], { ...whole, cleanRl: null })).toBe(false)
    expect(canRun(['numba'], { ...whole, modules: { ...all, numba: null } })).toBe(false)
    expect(canRun(['numba'], { ...whole, modules: {} })).toBe(false)
    expect(canRun([], { ...whole, modules: null })).toBe(false)
  })
})
