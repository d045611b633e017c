/**
 * What an operator wants of a rollout: versions, devices, waves, pace, time, tolerance and gates.
 * Records that check themselves; whoever holds a plan holds one that adds up.
 */
@NullMarked
package io.flotilla.rollout.plan;

import org.jspecify.annotations.NullMarked;
