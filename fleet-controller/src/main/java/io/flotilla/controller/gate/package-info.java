/**
 * Gates of rollouts: gathers what devices say of how versions behave, and what labels say of
 * predictions, into blocks of rows; turns blocks into the units that {@link
 * io.flotilla.rollout.gate} judges; and hands the verdicts to the rollouts.
 */
@NullMarked
package io.flotilla.controller.gate;

import org.jspecify.annotations.NullMarked;
