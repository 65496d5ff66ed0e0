import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'

/** A space, as a kind of argument. */
export const aSpace: Kind = { expected: 'a space, such as box([4]) or discrete(2)', holds: (x) => hasParts(x) && (x['_tag'] === 'Box' ? Array.isArray(x['shape']) : x['_tag'] === 'Discrete') }

export const isEnvironment = (x: unknown): x is { readonly name: string } =>
  hasParts(x) && typeof x['open'] === 'function' && Array.isArray(x['changes']) && aSpace.holds(x['observation']) && aSpace.holds(x['action'])

/** An environment, as a kind of argument. */
export const anEnvironment: Kind = { expected: 'an environment, such as cartPole()', holds: isEnvironment }

/** A run that has been begun or saved, as a kind of argument. */
export const aRun: Kind = {
  expected: 'a run, such as lockStep(cartPole(), { copies: 1, seed: 1 })',
  holds: (x) => hasParts(x) && Array.isArray(x['memory']) && x['memory'].every(hasParts) && (typeof x['environment'] === 'string' || isEnvironment(x['environment'])),
}

/** Throws for what is no environment: mostly a constructor that was not called. */
export const refuseOther = (word: string, environment: unknown): void => refuseArgument(word, environment, anEnvironment)

/** What environments are made of, whatever their form. */
export const ofAnyForm = {
  name: kinds.text,
  observation: aSpace,
  action: aSpace,
  // Which number it may be, is said where it is checked.
  stateSize: { expected: 'an integer >= 1, how many numbers the state is', holds: () => true },
} as const satisfies Readonly<Record<string, Kind>>

/** Throws for options of a change that are none; an environment is what it gets that stands in a pipe without its options. */
export const refuseOptions = (word: string, options: unknown, known: readonly string[], example: string): void => {
  if (isEnvironment(options)) throw new TypeError(`${word}: expected options, such as ${example}, got the environment ${options.name}; it comes after them, as in pipe(environment, ${example})`)
  refuseUnknown(word, options, known, example)
}
