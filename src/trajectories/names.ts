import { vocabulary } from './vocabulary.ts'

/*
 * What the parts of a batch are called elsewhere: Minari, D4RL, RLDS, gymnasium and its ports, Stable-Baselines3, CleanRL, RLlib, Tianshou, TorchRL,
 * Spinning Up, TRL, verl, OpenRLHF, and papers. Case, underscores, hyphens and dots make no difference.
 */

const rewards = 'rewards r rew rews reward_seq score scores token_level_rewards token_level_scores rm_scores rewards_list'
const logProbs =
  'logprobs log_probability log_probabilities logp logps log_pi log_pis log_pi_a action_log_probs action_logprobs new_log_prob new_log_probs new_logp new_logps current_log_prob current_log_probs policy_log_probs target_log_prob target_log_probs log_probs_new token_log_probs completion_log_probs per_token_logps pi_logp prob_log new_logprobs'
const behaviourLogProbs =
  'old_log_prob old_log_probs old_logp old_logps old_log_pi old_per_token_logps old_action_log_probs old_logprobs log_prob_old log_probs_old logp_old behavior_log_prob behavior_log_probs behaviour_log_probs behavior_logp behaviour_logp behavior_logps behavior_action_logp behaviour_action_logp behavior_policy_log_prob behavior_policy_log_probs behaviour_policy_log_prob action_log_prob action_logp actions_logp sample_log_prob sample_log_probs sampling_log_prob sampling_log_probs sampling_logp log_mu log_mus mu_log_prob mu_logp b_logprobs prev_log_prob prev_log_probs past_log_probs collected_log_probs rollout_policy_log_probs'
const rolloutLogProbs =
  'rollout_log_probs rollout_logp rollout_logps rollout_logprobs vllm_log_probs vllm_logprobs sglang_logprobs inference_log_probs inference_logprobs generation_log_probs generation_logprobs sampler_log_probs sampler_logprobs engine_log_probs actor_logprobs'
const referenceLogProbs =
  'ref_log_prob ref_log_probs ref_logp ref_logps ref_logprobs ref_per_token_logps ref_action_log_probs reference_log_probs reference_logps reference_logp reference_logprobs log_prob_ref log_probs_ref logp_ref base_log_probs base_logprobs init_log_probs sft_log_probs reference_chosen_logps reference_policy_log_probs'
const values =
  'values v vs state_value state_values value_pred value_preds val_preds vf_pred vf_preds vpred vpreds val vals critic_value critic_values value_estimate value_estimates value_function vf b_values old_values value_old baseline_values v_s values_list'
const nextValues =
  'next_values next_value bootstrap bootstrap_value bootstrap_values bootstrapped_values values_bootstrapped last_value last_values last_val final_value final_values terminal_value next_state_value next_state_values value_next values_next v_next v_s_ successor_value successor_values next_val next_vals'
const actionValues = 'action_values q qs q_value q_values qvals q_vals q_sa q_pred q_preds state_action_value state_action_values'
const groups =
  'groups group_id group_ids group_index group_indices group_idx uid uids prompt_id prompt_ids prompt_index prompt_indices prompt_idx prompt_uid question_id question_ids query_id query_ids problem_id problem_ids'
const startTimes =
  'start_times start_step start_steps start_timestep start_timesteps start_t start_index t_start t0 time_start step_start initial_time initial_timestep first_time first_timestep begin_time time_offset timestep timesteps time_step time_steps time_index time_indices t'
const terminations = 'terminal terminals is_terminal is_terminals is_terminated terminateds terminations termination absorbing game_over'
const truncations = 'truncations truncation truncateds is_truncated timeout timeouts time_limit_truncated time_limit.truncated cut cuts bad_masks'
const dones =
  'done dones is_done is_dones episode_done episode_dones episode_end episode_ends is_last is_last_step last_step end_of_episode eoe not_done not_dones nonterminal nonterminals non_terminal'
const masks = 'mask masks loss_mask loss_masks response_mask attention_mask completion_mask'
const lengths = 'lengths len lens seq_len seq_lens seqlen seqlens seq_length seq_lengths sequence_length sequence_lengths episode_length episode_lengths num_steps n_steps duration'
const discounts = 'gamma gammas discount_factor discount_factors discount_rate discounts'
const offsets =
  'cu_seqlens cumulative_lengths cum_lengths episode_starts episode_start is_first is_firsts episode_id episode_ids eps_id episode_index episode_indices traj_id traj_ids trajectory_id trajectory_ids indptr row_splits splits boundaries start_indices traj_starts trajectory_starts'

const headerKeys = ['discount', 'provenance', 'episodes', 'actions', 'version'] as const
const headerElsewhere = [
  ['discount, gamma in [0, 1]', discounts],
  ["provenance: 'on-policy' or 'off-policy'", 'on_policy off_policy is_on_policy is_off_policy policy_type sampled_by data_source'],
  ["episodes: 'complete' or 'segments'", 'complete complete_episodes is_complete whole_episodes episode_kind'],
  ["actions: 'discrete' or 'continuous'", 'action_space action_type action_kind is_discrete is_continuous'],
  ['version, of the parameters that sampled', 'policy_version params_version param_version parameter_version model_version weights_version weight_version policy_step'],
] as const

const stepElsewhere = [
  ['reward, of each step', rewards],
  ['logProb, log pi(a|s) of each step under the current policy', logProbs],
  ['behaviourLogProb, log mu(a|s) of each step, recorded when its action was drawn', behaviourLogProbs],
  ['rolloutLogProb, of each step as the sampling engine reported it', rolloutLogProbs],
  ['referenceLogProb, log pi_ref(a|s) of each step', referenceLogProbs],
  ['value, V(s) of each step', values],
  ['actionValue, Q(s, a) of each step', actionValues],
] as const

const columnKeys = ['reward', 'logProb', 'behaviourLogProb', 'value', 'actionValue', 'referenceLogProb', 'rolloutLogProb', 'columns'] as const
const noMask = 'no mask: leave out the steps that do not count (where a mask is 1 - done, say how it ends by end)'
const noActions = 'no actions, since weights need their log-probs alone'

const stepsInputKeys = [...headerKeys, 'trajectories'] as const
const stepsInputElsewhere = [
  ...headerElsewhere,
  ['trajectories, an object of columns each', 'trajectory trajs traj paths rollouts rollout sequences samples transitions episode data batch batches'],
  ['group, of each trajectory', `group ${groups}`],
  ['startTime, of each trajectory', `start_time ${startTimes}`],
  ['end, of each trajectory', `end ends ${terminations} terminated ${truncations} truncated ${dones} time_limit`],
  ['end: { truncated: { value } } of each trajectory, with V of the successor', nextValues],
  [noMask, masks],
  ['trajectories, one object for each episode', offsets],
  ...stepElsewhere.map(([instead, names]) => [`${instead}, in each trajectory`, `${instead.split(',')[0]} ${names}`] as const),
] as const

/** Keys of the input of fromSteps. */
export const stepsInputNames = vocabulary(stepsInputKeys, stepsInputElsewhere)

const trajectoryElsewhere = [
  ...stepElsewhere,
  ['group, the number of its group', groups],
  ['startTime, the time index of the first step', startTimes],
  ['length, how many steps, where no column says so', lengths],
  ["end: 'terminated', 'timeLimit' or { truncated: { value } }, since a trajectory ends once, after its last step", `${terminations} terminated ${truncations} truncated ${dones} time_limit time_limits ends`],
  ['end: { truncated: { value } } with V of the successor', nextValues],
  ['end: { truncated: { successor } }', 'final_observation final_observations final_obs terminal_observation terminal_obs last_obs last_observation'],
  [noActions, 'actions action act acts'],
  [noMask, masks],
  ['no mark of where it begins: each trajectory begins at its first step', offsets],
  ['discount beside trajectories, one for the batch', `discount ${discounts}`],
] as const

/** Keys of one trajectory. */
export const trajectoryNames = vocabulary([...columnKeys, 'group', 'startTime', 'length', 'end'], trajectoryElsewhere)

const columnsInputKeys = [...headerKeys, ...columnKeys, 'offsets', 'ends', 'startTime', 'group'] as const
const columnsInputElsewhere = [
    ...headerElsewhere,
    ...stepElsewhere,
    ['group, a number for each trajectory', groups],
    ['startTime, of the first step of each trajectory', startTimes],
    ['offsets, where each trajectory begins, and the number of steps', `${offsets} length ${lengths}`],
    ["ends, how each trajectory ends: 'terminated', 'timeLimit' or { truncated: { value } }", `${terminations} terminated ${truncations} truncated ${dones} time_limit time_limits`],
    ['ends: { truncated: { value } } with V of the successor', nextValues],
    ['no mask: leave out the steps that do not count (where a mask is 1 - done, say how it ends by ends)', masks],
] as const

/** Keys of the input of fromColumns. */
export const columnsInputNames = vocabulary(columnsInputKeys, columnsInputElsewhere)

/** Keys of the input of fromPadded. */
export const paddedInputNames = vocabulary(
  [...headerKeys, ...columnKeys, 'terminated', 'truncated', 'timeLimit', 'lengths', 'startTime', 'nextValue'],
  [
    ...headerElsewhere,
    ...stepElsewhere,
    ['terminated, whether the episode ended at each step', terminations],
    ['truncated, whether the row was cut at each step', truncations],
    ['terminated and truncated, since a done flag does not say which', dones],
    ['lengths, how many steps of each row are data', `${lengths} length ${masks} action_mask valid valids padding_mask`],
    ['nextValue, V of what followed each step', nextValues],
    ['startTime, of the first step of each row', startTimes],
  ],
)

/** Keys of a cut. */
export const cutNames = vocabulary(
  ['value', 'successor'],
  [
    ['value, V of the successor', `${values} ${nextValues}`],
    ['successor, the observation that followed', 'next_observation next_observations next_obs next_state final_observation final_obs terminal_observation last_obs observation obs state'],
  ],
)

/** Keys of what the parameters say now. */
export const nowNames = vocabulary(
  ['logProb', 'version'],
  [
    ['logProb, of each step at the current parameters', logProbs],
    ['version, of the current parameters', 'current_version policy_version params_version parameter_version model_version'],
  ],
)

/** A batch in a file, by trajectories: what `fromSteps` takes, and the version at which log-probs were computed; states and actions for a gradient. */
const fileKeys = ['currentVersion', 'state', 'action'] as const
const fileElsewhere = [
  ['currentVersion, of the parameters of logProb', 'current_policy_version learner_version train_version'],
  ['action, flat over all steps, for the gradient of an MDP', 'act acts action_index action_ids action_seq'],
  ['state, flat over all steps, for the gradient of an MDP', 'states state_index state_ids'],
] as const

/** Keys of a batch in a file that lists trajectories. Columns of one's own may stand beside them, flat over all steps. */
export const stepsFileNames = vocabulary([...stepsInputKeys, 'columns', ...fileKeys], [...fileElsewhere, ...stepsInputElsewhere])

/** Keys of a batch in a file of flat columns. */
export const columnsFileNames = vocabulary([...columnsInputKeys, ...fileKeys], [...fileElsewhere, ...columnsInputElsewhere])

/** Keys of one trajectory in a file. */
export const trajectoryFileNames = vocabulary(trajectoryNames.known, [
  ...trajectoryElsewhere.filter(([instead]) => instead !== noActions),
  ['action beside trajectories, flat over all steps, for the gradient of an MDP', 'actions action act acts'],
  ['state beside trajectories, flat over all steps, for the gradient of an MDP', 'state'],
])

/** Keys of recorded episodes of an MDP in a file. */
export const recordedFileNames = vocabulary(
  ['sampling', 'trajectories'],
  [
    ["sampling: 'target' or 'behaviour'", 'sampled_by sampler policy behaviour_policy behavior_policy provenance on_policy off_policy'],
    ['trajectories, an object with states, actions and rewards each', 'trajectory trajs paths rollouts rollout sequences samples transitions episodes'],
    ['gamma of the MDP', `discount ${discounts}`],
  ],
)

/** Keys of one recorded episode of an MDP. */
export const episodeNames = vocabulary(
  ['states', 'actions', 'rewards', 'nextStates'],
  [
    ['states, of each step', 'state s obs obss observation observations'],
    ['actions, of each step', 'action a act acts'],
    ['rewards, of each step', 'reward r rew rews'],
    ['nextStates, of each step', 'next_state next_obs next_observation next_observations s_next sp s_prime successor successors'],
    ['no flag, since the MDP says where an episode ends: in a terminal state or after T steps', `end ends ${terminations} terminated ${truncations} truncated ${dones} time_limit`],
    ['no log-probs, since the MDP has both policies', `log_prob ${logProbs} ${behaviourLogProbs} behaviour_log_prob`],
  ],
)
