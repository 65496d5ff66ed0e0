import { estimate } from 'estimand'
import { describe, expect, it } from 'vitest'
import { readVectors } from './read.ts'
import type { MdpFile, PipelineFile } from './schema.ts'
import { batchOf, estimatorOf, gap, gradientOf } from './setting.ts'

const { mdps } = readVectors<MdpFile>('mdp.json')
const { pipelines } = readVectors<PipelineFile>('pipelines.json')

describe('every stored batch: weights and gradient of every pipeline', () => {
  for (const [id, { spec, facts }] of Object.entries(pipelines)) {
    if (spec === null) continue
    it(id, () => {
      let compared = 0
      for (const mdp of mdps)
        for (const batch of mdp.batches) {
          const stored = batch.results[id]
          if (stored === undefined) continue
          const weights = estimate(estimatorOf(spec, mdp))(batchOf(mdp, batch, facts))
          expect(gap(weights, (stored.weights ?? []).flat()), `${mdp.id} weights`).toBeLessThan(1e-9)
          expect(gap(gradientOf(mdp, batch, weights), stored.gradient), `${mdp.id} gradient`).toBeLessThan(1e-9)
          compared++
        }
      expect(compared).toBeGreaterThan(0)
    })
  }

  it('has a pipeline, or the reason why not, for every result', () => {
    const known = new Set(Object.keys(pipelines))
    const unknown = new Set(mdps.flatMap((mdp) => mdp.batches.flatMap((batch) => Object.keys(batch.results))).filter((id) => !known.has(id)))
    expect([...unknown]).toEqual([])
  })
})
