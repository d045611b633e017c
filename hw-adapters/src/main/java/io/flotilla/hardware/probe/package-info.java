/**
 * Tries a model file with the real runtime in a process that may die of it: a short-lived child
 * with limits of time and memory loads the file, runs it once and reports. Whatever the file does
 * to the child is a {@link io.flotilla.hardware.probe.ProbeResult}, never an exception here.
 */
@NullMarked
package io.flotilla.hardware.probe;

import org.jspecify.annotations.NullMarked;
