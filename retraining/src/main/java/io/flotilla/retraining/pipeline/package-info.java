/**
 * What a pipeline is: a graph of typed steps, promotion criteria fixed beforehand, the order to run
 * in and the keys that steps are cached under. Pure.
 */
@NullMarked
package io.flotilla.retraining.pipeline;

import org.jspecify.annotations.NullMarked;
