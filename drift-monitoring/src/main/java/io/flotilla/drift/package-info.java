/**
 * Drift statistics as pure functions on exact counters: a device counts each window of rows in the
 * cells of its model's {@link io.flotilla.drift.Baseline}, counters merge by addition, and {@link
 * io.flotilla.drift.DriftDetector} says how far a window lies from its cohort. Nothing here reads a
 * clock, a disk or a network; the wire form is in {@code codec}.
 */
@NullMarked
package io.flotilla.drift;

import org.jspecify.annotations.NullMarked;
