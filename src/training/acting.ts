import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Environment } from '../environment/environment.ts'
import type { LockStep } from '../environment/lockStep.ts'
import { lockStep, resumed } from '../environment/lockStep.ts'
import type { Random } from '../environment/random.ts'
import { restoredStream, rewind, savedStream, streamsOf } from '../environment/random.ts'
import type { Space } from '../environment/space.ts'
import { spaceProblems } from '../environment/space.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems, shown } from '../trajectories/problem.ts'
import type { Policy } from '../policy/policy.ts'
import type { Rules } from './rollout.ts'
import { rollingOut } from './rollout.ts'
import type { Sampler, Sampling } from './sampler.ts'

/** Throws where policy and environment do not fit and no compiler has seen it. */
export const refuseMisfit = (environment: Environment<Space, Space>, policy: Policy<Space, Space, readonly number[]>): void => {
  const problems = [
    ...spaceProblems('policy.observation', environment.observation, policy.observation),
    ...spaceProblems('policy.action', environment.action, policy.action),
  ]
  if (problems.length > 0) throw new RangeError(`${environment.name}: ${describeProblems(problems)}`)
}

/** The seed of the draws of actions: not that of the environments, whose draws would be the same. */
const actingSeed = (seed: number): number => Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 0

/** The stream that actions are drawn from. */
export const actingStream = (seed: number): Random => streamsOf(actingSeed(seed), 1)[0]

/** A sampler that lets the policy act in copies of an environment. `fresh`: every batch begins with new episodes. */
export const acting = <O extends Space, A extends Space, Facts>(
  name: string,
  environment: Environment<O, A>,
  copies: number,
  rules: Rules,
  fresh: 'every batch' | 'never',
): Sampler<O, A, Facts> => {
  const sampling = (run: LockStep<O, A>, random: Random): Sampling<O, A, Facts> => {
    const rollOut = rollingOut(run, random, rules)
    return {
      sample: (actor) => {
        refuseMisfit(environment, actor.policy)
        if (fresh === 'every batch') run.reset()
        return rollOut(actor)
      },
      save: () => ({ run: run.save(), acting: savedStream(random) }),
      learnt: () => run.save().memory,
      mark: () => {
        run.mark()
        const before = random.clone()
        return () => {
          run.goBack()
          rewind(random, before)
        }
      },
    }
  }
  return {
    name,
    environment,
    open: (seed) => sampling(lockStep(environment, { copies, seed }), actingStream(seed)),
    restore: (saved) => {
      const { run, acting: stream } = (saved ?? {}) as { readonly run?: unknown; readonly acting?: unknown }
      const isStream = Array.isArray(stream) && stream.length === 4 && stream.every(Number.isInteger)
      if (!isStream) return E.left([{ path: 'acting', expected: 'the state of a random stream, four integers', got: shown(stream) }] satisfies readonly Problem[])
      return pipe(
        resumed(environment, run),
        E.chain((resumedRun): E.Either<readonly Problem[], Sampling<O, A, Facts>> =>
          resumedRun.copies === copies
            ? E.right(sampling(resumedRun, restoredStream(stream)))
            : E.left([{ path: 'run.copies', expected: String(copies), got: String(resumedRun.copies) }]),
        ),
      )
    },
  }
}
