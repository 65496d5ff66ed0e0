import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { concat, fromColumns, fromPadded, fromSteps, reuse, select, terminated } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must, text } from '../estimator/outcome.ts'

const header = { discount: 1, provenance: 'on-policy', episodes: 'complete' } as const
const behaviourLogProb = [-1, -1]

describe('a batch knows what its actions are', () => {
  for (const actions of ['discrete', 'continuous'] as const) {
    const batches = {
      fromSteps: must(fromSteps({ ...header, actions, trajectories: [{ behaviourLogProb, end: terminated }] })),
      fromColumns: must(fromColumns({ ...header, actions, offsets: [0, 2], behaviourLogProb, ends: [terminated] })),
      fromPadded: must(fromPadded({ ...header, actions, behaviourLogProb: [behaviourLogProb], terminated: [[false, true]] })),
    }
    for (const [from, batch] of Object.entries(batches))
      it(`${actions}, ${from}: reuse, also of a part and a second time, takes what may be a log-prob of them`, () => {
        expect(batch.actionSpace).toBe(actions)
        for (const b of [batch, select([0])(batch), must(reuse({ logProb: [-1, -2], version: 1 })(batch))]) {
          const again = text(reuse({ logProb: [-1, 0.5], version: 2 })(b))
          expect(again).toBe(actions === 'continuous' ? 'no problem' : "logProb[1]: expected a log-probability <= 0 (for densities say actions: 'continuous'), got 0.5")
          expect(text(reuse({ logProb: [-1, 1e-7], version: 2 })(b))).toBe('no problem')
        }
      })
  }
  it('discrete unless it is said', () => expect(must(fromSteps({ ...header, trajectories: [{ behaviourLogProb, end: terminated }] })).actionSpace).toBe('discrete'))
  it('batches of different kinds are not joined', () => {
    const of = (actions: 'discrete' | 'continuous') => fromSteps({ ...header, actions, trajectories: [{ behaviourLogProb, end: terminated }] })
    const joined = pipe(of('discrete'), E.chain((a) => pipe(of('continuous'), E.chain((b) => concat(b)(a)))))
    expect(text(joined)).toBe('actionSpace: expected discrete, as in the first batch, got continuous')
  })
})
