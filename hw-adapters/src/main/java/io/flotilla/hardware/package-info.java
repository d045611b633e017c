/**
 * Accelerators behind one interface: what can run a model on this machine, how a model is loaded
 * onto it, and the two ways to score. {@link io.flotilla.hardware.LoadedModel#run} is the easy,
 * thread-safe one; {@link io.flotilla.hardware.PinnedRun} is the hot path. No type of a runtime
 * appears here, so that agents, tests and simulated hardware share the interface.
 */
@NullMarked
package io.flotilla.hardware;

import org.jspecify.annotations.NullMarked;
