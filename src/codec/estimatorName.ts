import { recipes } from '../recipe/recipes.ts'
import type { Registry } from '../registry/registry.ts'
import { nearest } from '../trajectories/nearest.ts'

/**
 * What to say of a text that stands where an estimator belongs and is no recipe: a word of pipelines belongs in a pipeline; anything else is answered with
 * the nearest recipe.
 *
 * @param also  what else may stand there, besides a pipeline and a recipe
 */
export const expectedEstimator = (got: string, words: Registry, also = ''): string =>
  Object.values(words).some((place) => Object.hasOwn(place, got))
    ? `a pipeline, of which ${got} is a word: an array such as ["totalReturn", { "reduce": "meanOverTrajectories" }]`
    : `a pipeline as JSON,${also} or a recipe: ${nearest(Object.keys(recipes), got)}`
