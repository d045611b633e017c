/**
 * Decides about rollouts. Pure: a rollout, an input and what is known of the devices at hand in,
 * the next rollout, changed targets and the actions to run out. A rollout's header is bounded by
 * its waves and arms; its devices are records of their own, so that a decision about one device
 * costs the same in a fleet of ten and of a hundred thousand.
 */
@NullMarked
package io.flotilla.rollout.engine;

import org.jspecify.annotations.NullMarked;
