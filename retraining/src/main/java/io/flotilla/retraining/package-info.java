/** Reproducible training pipelines and promotion by fixed criteria. */
@NullMarked
package io.flotilla.retraining;

import org.jspecify.annotations.NullMarked;
