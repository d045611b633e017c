/** Scores models on tables with the real runtime, through an accelerator. */
@NullMarked
package io.flotilla.retraining.evaluate;

import org.jspecify.annotations.NullMarked;
