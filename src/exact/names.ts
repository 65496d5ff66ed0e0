import { vocabulary } from '../trajectories/vocabulary.ts'

const mdpKeys = ['S', 'A', 'T', 'gamma', 'rewardKind', 'terminal', 'rho', 'P', 'R', 'theta', 'thetaBehaviour', 'policy', 'behaviourPolicy'] as const

/** What the parts of an MDP are called elsewhere: toolboxes in Python, Julia and MATLAB, gymnasium's tables, POMDP files, Sutton and Barto, and papers. */
const mdpElsewhere = [
  ['S, how many states', 'states n_states num_states number_of_states state_count n_s num_s state_space state_space_size observations n_observations'],
  ['A, how many actions', 'actions n_actions num_actions number_of_actions action_count n_a num_a action_space action_space_size'],
  ['T, the horizon', 'horizon h max_steps max_step max_episode_steps max_episode_length episode_length episode_steps time_limit steps n_steps num_steps max_t t_max length max_horizon decisions'],
  ['gamma, the discount in [0, 1]', 'discount discounts discount_factor discount_rate df gammas beta'],
  ["rewardKind: 'sa' or 'sas'", 'reward_type reward_shape reward_form reward_model_kind'],
  [
    'terminal: for each state whether the episode is over there. [S]',
    'terminals terminal_state terminal_states is_terminal is_terminals terminated terminations termination done dones is_done absorbing absorbing_state absorbing_states goal goals goal_state goal_states end ends end_states final final_states sinks',
  ],
  [
    'rho, the probability of each first state. [S]',
    'start starts start_state start_states start_distribution start_dist start_probs start_state_distribution initial initial_state initial_states initial_distribution initial_dist initial_probs initial_state_distribution initial_state_dist init init_state init_dist isd d0 p0 mu0 rho0 mu b0 belief s0 start_prob',
  ],
  [
    'P, the probability of each next state. [S][A][S]',
    'transition transitions transition_matrix transition_matrices transition_probs transition_probabilities transition_function transition_prob transition_kernel trans prob probs dynamics kernel next_state_probs p_sas t_matrix',
  ],
  ['no cuts: T decisions are the horizon, and terminal says where an episode is over', 'truncations truncation truncated timeouts timeout is_truncated'],
  ['R, the reward of each decision. [S][A] or [S][A][S]', 'reward rewards reward_matrix reward_table reward_function reward_model rew rews costs cost r_sa r_sas'],
  ['policy, the probability of each action under the target policy. [S][A]', 'pi policies target_policy target pi_target pi_e pie evaluation_policy eval_policy action_probs'],
  [
    'behaviourPolicy, the probability of each action under the policy that samples. [S][A]',
    'behavior_policy behaviour behavior pi_b pib sampling_policy sampler_policy old_policy pi_old policy_old policy_b data_policy logging_policy b_policy',
  ],
  ['theta, logits of the target policy. [S][A]', 'logits policy_logits target_logits theta_target'],
  ['thetaBehaviour, logits of the policy that samples. [S][A]', 'theta_behavior behaviour_logits behavior_logits theta_b theta_old old_logits sampling_logits theta_mu'],
] as const

/** Keys of an MDP in code. */
export const mdpNames = vocabulary(mdpKeys, mdpElsewhere)

/** Keys of an MDP in a file, which may have batches beside it. */
export const mdpFileNames = vocabulary([...mdpKeys, 'batches'], mdpElsewhere)

/** Keys of a linear-quadratic problem. */
export const linearQuadraticNames = vocabulary(
  ['T', 'gamma', 'Amat', 'Bmat', 'W', 'mean0', 'cov0', 'Qcost', 'Rcost', 'K', 'logSigma', 'b', 'stateDim', 'actionDim'],
  [
    ['T, the horizon', 'horizon h max_steps n_steps num_steps steps time_limit'],
    ['gamma, the discount in [0, 1]', 'discount discount_factor'],
    ['Amat, how the state carries over. [n][n]', 'a a_matrix f'],
    ['Bmat, what actions do to the next state. [n][d]', 'b_matrix g'],
    ['Qcost, the cost of states. [n][n]', 'q q_matrix'],
    ['Rcost, the cost of actions. [d][d]', 'r r_matrix'],
    ['mean0, the mean of the first state. [n]', 'mu0 x0 s0 initial_mean initial_state'],
    ['cov0, the covariance of the first state. [n][n]', 'sigma0 initial_covariance initial_cov p0'],
    ['W, the covariance of the process noise. [n][n]', 'noise process_noise noise_covariance sigma_w'],
    ['K, the gain of the policy. [d][n]', 'gain gains'],
    ['logSigma, the log of the standard deviation of actions', 'sigma std log_std deviation stddev'],
  ],
)

const horizonAndDiscount = [
  ['horizon, most decisions of an episode', 'T h max_steps max_episode_steps n_steps num_steps steps time_limit episode_length'],
  ['discount, gamma in [0, 1]', 'gamma discount_factor discount_rate'],
  ['theta, logits of the target policy', 'logits policy_logits target_logits'],
  ['thetaBehaviour, logits of the policy that samples', 'theta_behavior behaviour_logits behavior_logits theta_b'],
] as const

/** Keys of the options of a gridworld. */
export const gridNames = vocabulary(
  ['horizon', 'discount', 'start', 'theta', 'thetaBehaviour'],
  [...horizonAndDiscount, ['start, the number of the first state', 'start_state initial_state s0 init']],
)

/** Keys of the options of FrozenLake. */
export const lakeNames = vocabulary([...gridNames.known, 'slippery'], [...horizonAndDiscount, ['slippery, true or false', 'is_slippery slip']])

/** Keys of the options of a chain. */
export const chainNames = vocabulary(
  ['length', 'horizon', 'discount', 'slip', 'goal', 'step', 'theta', 'thetaBehaviour', 'policy', 'behaviourPolicy'],
  [...horizonAndDiscount, ['length, states before the goal', 'n states n_states num_states']],
)

/** Keys of a setting. */
export const settingNames = vocabulary(
  ['mdp', 'sampling', 'batchSize', 'value', 'actionValue', 'limit', 'covariance'],
  [
    ['mdp, the world', 'world env environment'],
    ["sampling: 'target' or 'behaviour'", 'sampled_by sampler policy'],
    ['batchSize, trajectories in a batch', 'n trajectories num_trajectories n_trajectories batch'],
    ['value, the state values that the batch carries', 'values v state_value state_values'],
    ['actionValue, the action values that the batch carries', 'action_values q q_values'],
    ['limit, most trajectories to go through', 'max_trajectories max_tuples'],
    ["covariance: 'diagonal' or 'full'", 'cov variance'],
  ],
)
