import { recipes } from 'estimand'
import { describe, expect, it } from 'vitest'
import { shell } from './shell.ts'

describe('estimand verify', () => {
  for (const name of Object.keys(recipes))
    it(`${name}: no law of its own fails`, async () => {
      const { exit, out, steps } = await shell(['verify', '--estimator', name, '--runs', '25', '--json'])
      const { laws, declared, witness } = JSON.parse(out)
      expect(laws.filter(({ result }: { readonly result: string }) => result === 'failed')).toEqual([])
      expect(exit).toBe(0)
      // Unbiased ones are held to it; of biased ones a world shows it.
      expect(laws[0]).toMatchObject(declared.length === 0 ? { law: 'sound', result: 'held', cases: 25 } : { law: 'sound', result: 'not tried' })
      expect(witness === null).toBe(declared.length === 0)
      expect(steps.map(({ count }) => count)).toEqual(Array.from({ length: 8 }, (_, k) => k + 1))
    })

  for (const name of ['ppo', 'grpo', 'drGrpo', 'impala', 'weighted', 'clipped', 'a2c', 'cloning'])
    it(`${name} --unbiased is refuted by a world`, async () => {
      const { exit, out } = await shell(['verify', '--estimator', name, '--unbiased', '--runs', '60'])
      expect(exit).toBe(1)
      expect(out).toMatch(/sound fails \(seed 1\): E ghat = grad J in every world\n\d states?, \d actions?, horizon \d/)
      expect(out).toMatch(/state +action +expected +actual +difference/)
    })

  it('the same seed, the same words; another seed tries other worlds', async () => {
    const args = ['verify', '--estimator', 'drGrpo', '--unbiased', '--runs', '20']
    const [first, again, other] = [await shell(args), await shell(args), await shell([...args, '--seed', '2'])]
    expect(again.out).toBe(first.out)
    expect(other.out).toContain('seed 2')
  })

  it('says which laws are none of an estimator\'s, and why', async () => {
    const { out } = await shell(['verify', '--estimator', '["totalReturn",{"baseline":{"constant":1}},{"reduce":"meanOverTrajectories"}]', '--runs', '10'])
    expect(out).toMatch(/linearInReward +not tried +a constant is subtracted, which does not change with the rewards/)
    expect(out).toMatch(/sound +held +10 cases/)
  })

  for (const [args, message] of [
    [['verify'], /required option '--estimator <SPEC>' not specified/],
    [['verify', '--estimator', 'ppo', '--runs', '0'], /Expected an integer >= 1, got "0"/],
    [['verify', '--estimator', 'ppo', '--seed', 'x'], /Expected an integer >= 0, got "x"/],
    [['verify', '--estimator', '{"reduce": 1}'], /estimator: expected an array of steps, or a combination/],
  ] as const)
    it(args.join(' '), async () => {
      const { exit, out, err } = await shell(args)
      expect([exit, out]).toEqual([2, ''])
      expect(err).toMatch(message)
    })
})
