import { exact, worlds } from 'estimand/exact'

export const wrong = exact({ mdp: worlds.batchMeanShrinks.mdp, valeu: 'exact' }) // refused: expected one of mdp, sampling, batchSize, value, actionValue, limit, covariance
