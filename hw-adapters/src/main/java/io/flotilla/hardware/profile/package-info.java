/**
 * Measures a model on the accelerator at hand: load time, latency, throughput, processor time and
 * memory for several numbers of threads, and which number to choose. Inputs are zeros, so that
 * models whose work depends on their inputs' values show their least.
 */
@NullMarked
package io.flotilla.hardware.profile;

import org.jspecify.annotations.NullMarked;
