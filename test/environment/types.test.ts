import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusalsIn, root, tsc, withPrograms } from '../types/tsc.ts'

// .js, as an absolute path may not end in .ts; the compiler finds the source.
const entry = JSON.stringify(join(root, 'src/environment/index.js'))

const preamble = `
import { pipe } from 'fp-ts/lib/function.js'
import * as Environments from ${entry}
import type { Box, Discrete, Environment, LockStep, Space } from ${entry}

const { acrobot, box, cartPole, clipAction, discrete, environment, frozenLake, normaliseObservation, oneHot, pendulum, timeLimit } = Environments
interface Policy<in out O extends Space, in out A extends Space> {
  readonly observation: O
  readonly action: A
}
declare const act: <O extends Space, A extends Space>(policy: Policy<O, A>, environment: Environment<NoInfer<O>, NoInfer<A>>) => LockStep<O, A>
declare const policy: Policy<Box<readonly [4]>, Discrete<2>>
void [acrobot, act, box, cartPole, clipAction, discrete, environment, frozenLake, normaliseObservation, oneHot, pendulum, pipe, policy, timeLimit]
`

/** A line of a program, and the words of the error that it must get; no words: it must compile. */
const programs: Readonly<Record<string, readonly [string, string]>> = {
  'observation of another size': ['act(policy, pendulum())', "Type '3' is not assignable to type '4'"],
  'actions of another number': ['act(policy, acrobot())', "Argument of type 'Environment<Box<readonly [6]>, Discrete<3>, never>' is not assignable to parameter of type 'Environment<NoInfer<Box<readonly [4]>>, NoInfer<Discrete<2>>, string>'"],
  'states by number where numbers are needed': ['act(policy, frozenLake())', "Type 'Discrete<16>' is missing the following properties from type 'Box<readonly [4]>': shape, low, high"],
  'one-hot of the wrong size': ['act(policy, oneHot(frozenLake()))', "Type '16' is not assignable to type '4'"],
  'continuous actions clipped where there are none': ['clipAction(cartPole())', "Type 'Discrete<2>' is missing the following properties from type 'Box"],
  'one-hot of numbers': ['oneHot(cartPole())', "Property 'n' is missing in type 'Box<readonly [4]>' but required in type 'Discrete"],
  'normalised state numbers': ['pipe(frozenLake(), normaliseObservation())', "Type 'Discrete<16>' is missing the following properties from type 'Box"],
  'a limit that does not say what its end means': ['timeLimit({ steps: 5 })', "Property 'as' is missing in type '{ steps: number; }'"],
  'an observation of a length that its space has not': [
    "environment({ name: 'x', observation: discrete(3), action: discrete(2), stateSize: 1, reset: () => [0], step: (state) => ({ state, reward: 0, terminated: false }), observe: (state) => state })",
    "is not assignable to type 'number'",
  ],
  'a size of the state that the state has not': [
    "environment({ name: 'x', observation: box([1]), action: discrete(2), stateSize: 2, reset: () => [0], step: (state) => ({ state, reward: 0, terminated: false }), observe: (state) => state })",
    "Type '2' is not assignable to type '1'",
  ],
  'the control: spaces that fit': ['act(policy, cartPole())', ''],
  'the control: a change keeps the spaces': ['act(policy, pipe(cartPole(), normaliseObservation(), timeLimit({ steps: 5, as: "Truncated" })))', ''],
  'the control: one-hot of the right size': ['act<Box<readonly [16]>, Discrete<4>>({ observation: box([16]), action: discrete(4) }, oneHot(frozenLake()))', ''],
  'the control: an environment of one\'s own': [
    "act(policy, environment({ name: 'x', observation: box([4]), action: discrete(2), stateSize: 1, reset: () => [0], step: ([n], a) => ({ state: [n + a], reward: 0, terminated: false }), observe: ([n]) => [n, n, n, n] }))",
    '',
  ],
  'the control: sizes as types': ['const cells: 64 = frozenLake({ size: "8x8" }).observation.n; void cells', ''],
}

const names = Object.keys(programs)
const files = Object.fromEntries(names.map((name, k) => [`program-${k}.ts`, preamble + programs[name][0]]))
const imports = Object.keys(files).map((file) => `import './${file}'`).join('\n')
const found = withPrograms({ ...files, 'all.ts': imports }, (configOf) => refusalsIn(tsc('-p', configOf('all.ts'))))

describe('the compiler', () => {
  it.each(names.map((name, k) => [name, k] as const))('%s', (name, k) => {
    const [, words] = programs[name]
    const errors = found.filter(({ file }) => file.endsWith(`program-${k}.ts`))
    if (words === '') expect(errors).toEqual([])
    else expect(errors.map(({ message }) => message).join('\n')).toContain(words)
  })

  it('refuses nothing else', () => {
    expect(found.filter(({ file }) => !/program-\d+\.ts$/.test(file))).toEqual([])
  })
})
