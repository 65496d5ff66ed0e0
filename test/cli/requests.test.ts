import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { shell } from './shell.ts'

const world = { S: 1, A: 2, T: 2, gamma: 0.5, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }
const good = { mdp: world, estimator: 'reinforce' }

describe('a stream of requests', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>('reinforce', 'frozenlake', null, Infinity, { value: 'exact' }, [], ['totalReturn'], -1))
  const keys = ['mdp', 'estimator', 'facts', 'batchSize', 'sampling', 'covariance', 'limit', 'id', 'batch', '__proto__']
  const request = fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 3 }).map((changes) => JSON.stringify({ ...good, ...changes }))
  const line = fc.oneof({ weight: 4, arbitrary: request }, { weight: 1, arbitrary: fc.string().map((text) => text.replaceAll(/[\n\r]/g, ' ')) }, { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) })
  for (const command of ['exact', 'weigh'])
    it(`${command}: every line that says something gets one answer, whatever it says`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
          const { out, exit, err } = await shell([command, '--requests', '-'], { stdin: lines.join('\n') })
          const said = lines.flatMap((text, k) => (text.trim() === '' ? [] : [k + 1]))
          const answers = out === '' ? [] : out.trimEnd().split('\n').map((text) => JSON.parse(text))
          expect(answers.map((answer) => answer.line)).toEqual(said)
          const failed = answers.filter(({ problems }) => problems !== undefined)
          for (const { problems } of failed) expect(problems.length).toBeGreaterThan(0)
          expect(exit).toBe(failed.length > 0 ? 2 : 0)
          expect(err === '').toBe(failed.length === 0)
        }),
        { numRuns: 60, seed },
      )
    })
  it('an id that is nested too deeply is a problem of its own', async () => {
    const deep = `{"mdp":${JSON.stringify(world)},"estimator":"reinforce","id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const { out, exit } = await shell(['exact', '--requests', '-'], { stdin: `${deep}\n${JSON.stringify(good)}` })
    const [first, second] = out.trimEnd().split('\n').map((text) => JSON.parse(text))
    expect(first).toEqual({ line: 1, problems: [{ path: 'id', expected: 'an id that can be written again', got: 'one that is nested too deeply' }] })
    expect(second.expectation).toHaveLength(2)
    expect(exit).toBe(2)
  })
  it('bytes that are split anywhere are the same lines', async () => {
    const bytes = new TextEncoder().encode(`${JSON.stringify({ ...good, id: 'é\u2028' })}\n\n${JSON.stringify({ ...good, id: 2 })}\n`)
    const whole = await shell(['exact', '--requests', '-'], { stdin: bytes })
    const { answerAll } = await import('../../src/cli/requests.ts')
    const { exactRequestCodec } = await import('estimand/codecs')
    const { answerExact, exactJson } = await import('../../src/cli/exact.ts')
    const E = await import('fp-ts/lib/Either.js')
    for (const size of [1, 2, 7, 64]) {
      let out = ''
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for (let k = 0; k < bytes.length; k += size) yield bytes.slice(k, k + size)
      }
      await answerAll({ codec: exactRequestCodec(), complete: (json) => Promise.resolve(E.right(json)), unread: () => [], answer: (one) => E.map(exactJson)(answerExact(one)) }, pieces(), (text) => {
        out += text
        return Promise.resolve()
      })
      // The command line escapes what a terminal would obey; the values are the same.
      expect(out.trimEnd().split('\n').map((answer) => JSON.parse(answer))).toEqual(whole.out.trimEnd().split('\n').map((answer) => JSON.parse(answer)))
    }
  })
})
