import { recipes } from 'estimand'
import { cliffWalking, timeLimit } from 'estimand/environment'
import { sgd, tabular } from 'estimand/network'
import { categorical, policyOf } from 'estimand/policy'
import { episodes, train, wholeBatch } from 'estimand/training'

const environment = timeLimit({ steps: 20, as: 'TimeLimit' })(cliffWalking())
const sampler = episodes({ environment, count: 2, discount: 1 })
const policy = policyOf(tabular({ states: 48, actions: 4 }), categorical(4))
const objective = wholeBatch(recipes.reinforceLoo.estimator)

export const training = () => train({ sampler, policy, objective, optimizer: sgd(), rate: 0.01, seed: 1 }) // refused: Did you mean to write 'optimiser'?
