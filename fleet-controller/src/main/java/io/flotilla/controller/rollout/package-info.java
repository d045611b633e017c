/**
 * Rollouts: which device shall run which version, when, and what to do when a device says no. The
 * engine that decides is a library of its own and pure. The service here keeps rollouts, their
 * devices, assignments and numbers in the record store, and carries out what the engine asks.
 */
@NullMarked
package io.flotilla.controller.rollout;

import org.jspecify.annotations.NullMarked;
