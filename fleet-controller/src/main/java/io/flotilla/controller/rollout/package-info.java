/**
 * Rollouts: which device shall run which version, when, and what to do when a device says no. The
 * engine is pure: a rollout and an input in, the next rollout and the actions to run out. The
 * service around it keeps rollouts, assignments and their numbers in the record store.
 */
@NullMarked
package io.flotilla.controller.rollout;

import org.jspecify.annotations.NullMarked;
