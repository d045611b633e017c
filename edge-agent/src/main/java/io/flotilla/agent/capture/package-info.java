/**
 * What is recorded of scoring: predictions in batches, sampled inputs, drift windows, and exact
 * totals of all three.
 */
@NullMarked
package io.flotilla.agent.capture;

import org.jspecify.annotations.NullMarked;
