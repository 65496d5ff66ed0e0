/**
 * Lesson 12. How do I train on a problem of my own?
 *
 * Write it down as three pure functions of one state: how an episode begins, what a step does, what is seen of it. Everything else is put
 * around it: many copies in lock-step, seeds, time limits, normalisation, shaping.
 */
import assert from 'node:assert/strict'
import { pipe } from 'fp-ts/lib/function.js'
import { recipes } from 'estimand'
import { box, cartPole, discrete, ending, endOf, environment, lockStep, normaliseObservation, shapeReward, timeLimit, uniform } from 'estimand/environment'
import type { Box, Discrete, Environment } from 'estimand/environment'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, train, wholeBatch } from 'estimand/training'

// 1. A lander. Its state is (height, speed); each second gravity takes 1 of the speed, the engine (action 1) gives 2 back and costs 0.1 of
//    fuel. It is over on the ground, which costs as much as it was fast.
const lander = environment({
  name: 'lander',
  observation: box([2]),
  action: discrete(2),
  stateSize: 2,
  reset: (random) => [uniform(random, 8, 12), 0],
  step: ([height, speed], engine) => {
    const faster = speed - 1 + 2 * engine
    const lower = height + faster
    const landed = lower <= 0
    return { state: [lower, faster], reward: -0.1 * engine - (landed ? Math.abs(faster) : 0), terminated: landed }
  },
  observe: (state) => state,
})

// 2. Its spaces are in its type, so that a policy for other observations does not fit. This one is for four numbers.
interface Policy<in out O, in out A> {
  readonly observation: O
  readonly action: A
}
const runWith = <O extends Box<readonly number[]>, A extends Discrete<number>>(_policy: Policy<O, A>, world: Environment<NoInfer<O>, NoInfer<A>>): string => world.name
const balancer: Policy<Box<readonly [4]>, Discrete<2>> = { observation: box([4]), action: discrete(2) }
assert.equal(runWith(balancer, cartPole()), 'CartPole-v1')
// @ts-expect-error Type '2' is not assignable to type '4'
runWith(balancer, lander)

// 3. A thousand copies, engines off. On paper: after t seconds the speed is -t and the height h - t (t + 1) / 2. From up to 10 it lands
//    after 4 seconds, with speed 4; from above 10 after 5, with speed 5. Half of the starts are above 10: the mean return is -4.5.
const copies = 1000
const run = lockStep(lander, { copies, seed: 1 })
const starts = Array.from({ length: copies }, (_, i) => run.state[2 * i])
const off = new Int32Array(copies)
const returns: number[] = []
for (let t = 0; t < 5; t++) {
  run.step(off)
  // The first episode of each copy, and no second one: those that end early would be counted more often.
  for (let i = 0; i < copies; i++) if (run.end[i] !== ending.none && returns[i] === undefined) returns[i] = run.episodeReturn[i]
}
assert.deepEqual(returns, starts.map((height) => (height <= 10 ? -4 : -5)))
const mean = returns.reduce((a, b) => a + b, 0) / copies
assert.ok(Math.abs(mean + 4.5) < 5 * (0.5 / Math.sqrt(copies))) // five standard errors

// 4. The same seed is the same run, and what copy 3 goes through does not depend on how many others there are.
const few = lockStep(lander, { copies: 4, seed: 1 })
assert.equal(few.state[6], starts[3])

// 5. An engine that always burns never lands. A time limit ends such episodes, and says what the end means: here nothing is over, we only
//    stop looking. Such an end is Truncated, and has a successor, from whose value one bootstraps. It is not what the next episode begins with.
const limited = pipe(lander, timeLimit({ steps: 20, as: 'Truncated' }))
const rising = lockStep(limited, { copies: 1, seed: 1 })
for (let t = 0; t < 20; t++) rising.step([1])
const end = endOf(rising, 0)
assert.ok(end?._tag === 'Truncated')
assert.equal(rising.successor[1], 20) // twenty seconds of acceleration 1
assert.equal(rising.observation[1], 0) // the next episode, at rest

// 6. Rewards come late here. A potential says on the way how it goes: shaping pays the discounted rise of the potential. It adds up to
//    -Phi(s_0) over an episode, which no action can change: the best way to land stays the best way. Phi = -height. Without the engine, with it
//    in one second, in three: another landing each time, and the same sum.
const discount = 0.9
const shaped = pipe(limited, shapeReward({ discount, potential: ([height]) => -height }))
const addedBy = (engine: (t: number) => number) => {
  const [plainRun, shapedRun] = [lockStep(limited, { copies: 1, seed: 1 }), lockStep(shaped, { copies: 1, seed: 1 })]
  const height = plainRun.state[0]
  let [difference, t] = [0, 0]
  do {
    plainRun.step([engine(t)])
    shapedRun.step([engine(t)])
    difference += discount ** t * (shapedRun.reward[0] - plainRun.reward[0])
    t++
  } while (plainRun.end[0] === ending.none)
  assert.ok(endOf(plainRun, 0)?._tag === 'Terminated')
  return { difference, height, seconds: t }
}
const landings = [[], [2], [1, 3, 5]].map((burns) => addedBy((t) => (burns.includes(t) ? 1 : 0)))
assert.deepEqual(landings.map(({ seconds }) => seconds), [5, 6, 10])
for (const { difference, height } of landings) assert.ok(Math.abs(difference - height) < 1e-12) // -Phi(s_0) = height

// 7. Networks like numbers around 0 and 1. Changes are put on like everything else, and what they learn is saved with the run.
const ready: Environment<Box<readonly [2]>, Discrete<2>> = pipe(shaped, normaliseObservation({ clip: 10 }))
assert.deepEqual(ready.changes, ['timeLimit(20)', 'shapeReward(0.9)', 'normaliseObservation'])

// 8. A mistake: the logarithm of the height as reward. It is found where it happens, not in the loss an hour later.
const mistaken = environment({
  name: 'logLander',
  observation: box([1]),
  action: discrete(2),
  stateSize: 1,
  reset: () => [3],
  step: ([height], engine) => ({ state: [height - 2 + engine], reward: Math.log(height - 2 + engine), terminated: false }),
  observe: (state) => state,
})
const doomed = lockStep(mistaken, { copies: 2, seed: 1 })
doomed.step([0, 1])
assert.throws(() => doomed.step([0, 1]), { message: /^logLander, copy 0, step 1: expected a finite reward, got NaN/ })

// 9. Train on it. An episode that hovers for ever would never end: that the mission has 20 seconds is said to be part of the problem (TimeLimit), and
//    hovering through them costs the fuel of about ten, 1. A soft landing is cheaper: it brakes on the way.
const mission: Environment<Box<readonly [2]>, Discrete<2>> = pipe(lander, timeLimit({ steps: 20, as: 'TimeLimit' }), normaliseObservation({ clip: 10 }))
const training = train({
  sampler: episodes({ environment: mission, count: 32, discount: 1 }),
  policy: policyOf(mlp({ observation: mission.observation, hidden: [16], outputs: [policyOutput(2)] }), categorical(2)),
  objective: wholeBatch(recipes.reinforceLoo.estimator),
  optimiser: adam(),
  rate: 0.02,
  seed: 1,
})
const average = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const curve = Array.from({ length: 60 }, () => average(training.next().returns))
const [before, learnt] = [average(curve.slice(0, 3)), average(curve.slice(-3))]
assert.ok(before < -1.8 && learnt > -0.9)

console.log(`lander, engine off: mean return ${mean.toFixed(3)}, on paper -4.5; shaping added ${landings[0].difference.toFixed(3)}, the height it began at`)
console.log(`trained: mean return ${before.toFixed(2)} at first, ${learnt.toFixed(2)} after ${curve.length} updates`)

// Try: burn in the last two seconds only. From 9, what does it cost, and is it worth the fuel? Then write step in place (environmentInPlace)
// and see that the run is the same.
