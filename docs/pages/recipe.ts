import { explain, recipes, toJson } from 'estimand'
import type { Estimator, Json, Recipe } from 'estimand'
import type { Page } from './page.ts'
import { displayMath, fenced, literal } from './page.ts'
import { anchorOf, pipelineOf } from './word.ts'

/** The page of the recipes: pipelines that are known by a name. */
export const recipesPage = (): Page => ({
  title: 'Recipes',
  path: 'words/recipes',
  body: [
    'Pipelines that are known by a name, in the words of this library: {@link estimand!recipes | recipes}.',
    // Read, never given a batch, so that the needs of each do not matter.
    ...Object.entries(recipes as Readonly<Record<string, Recipe<never, string>>>).map(([name, { is, source, ...rest }]) => {
      const estimator = rest.estimator as Estimator<unknown, string>
      const { weight, bias } = explain(estimator)
      return [
        `## ${name}`,
        `${literal(is.charAt(0).toUpperCase() + is.slice(1))}.`,
        displayMath(`W_{it} = ${weight.latex}`),
        fenced('json', pipelineOf(toJson(estimator) as readonly Json[])),
        `Bias: ${bias.length === 0 ? 'none' : bias.map((reason) => `[${reason.name}](./words--reasons.md#${anchorOf(reason.name)})`).join(', ')}. Source: ${literal(source)}.`,
      ].join('\n\n')
    }),
  ].join('\n\n'),
})
