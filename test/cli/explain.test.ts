import { describe as describeText, describeLatex, describeMarkdown, explain, pipelineFromJson, recipes } from 'estimand'
import type { AnyEstimator } from 'estimand'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { shell } from './shell.ts'

describe('estimand explain', () => {
  for (const [name, { estimator }] of Object.entries(recipes)) {
    const explanation = explain(estimator as unknown as AnyEstimator)
    for (const [format, text] of [
      ['text', describeText(explanation)],
      ['markdown', describeMarkdown(explanation)],
      ['latex', describeLatex(explanation)],
    ] as const)
      it(`${name} as ${format}`, async () => {
        const { exit, out, err } = await shell(['explain', '--estimator', name, '--format', format])
        expect([exit, err]).toEqual([0, ''])
        expect(out.trimEnd()).toBe(text.trimEnd())
      })
  }
  it('as JSON, with the pipeline to be read again', async () => {
    const { out } = await shell(['explain', '--estimator', 'ppo', '--json'])
    const { json, weight, needs, bias, sources } = JSON.parse(out)
    const again = pipelineFromJson(json)
    expect(E.isRight(again) && again.right.formula).toEqual(weight)
    expect(needs).toEqual(['StateValue', 'Reward', 'BehaviourLogProb'].toSorted((a, b) => needs.indexOf(a) - needs.indexOf(b)))
    expect(bias.map(({ name }: { readonly name: string }) => name)).toEqual(recipes.ppo.estimator.reasons.map(({ name }) => name))
    expect(sources.length).toBeGreaterThan(3)
  })
  for (const [args, message] of [
    [['explain'], /required option '--estimator <SPEC>' not specified/],
    [['explain', '--estimator', 'pppo'], /estimator: expected a pipeline as JSON, a file, or a recipe: one of .*\(nearest: ppo\), got "pppo"/],
    [['explain', '--estimator', 'totalReturn'], /estimator: expected a pipeline, of which totalReturn is a word: an array such as \["totalReturn", /],
    [['explain', '--estimator', 'package.json'], /estimator: expected an array that begins with a credit and ends with reduce, got \{"name":"estimand"/],
    [['explain', '--estimator', 'ppo', '--format', 'html'], /Allowed choices are text, markdown, latex/],
    [['explain', '--estimator', '["totalReturn",'], /estimator: line 1, column 16: expected/],
    [['explain', '--estimator', ''], /estimator: expected a pipeline as JSON, a file, or a recipe/],
  ] as const)
    it(args.join(' '), async () => {
      const { exit, out, err } = await shell(args)
      expect([exit, out]).toEqual([2, ''])
      expect(err).toMatch(message)
    })
})
