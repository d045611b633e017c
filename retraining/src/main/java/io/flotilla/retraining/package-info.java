/**
 * Reproducible training pipelines and promotion by fixed criteria. {@link
 * io.flotilla.retraining.PipelineRunner} runs a pipeline in a process of its own, so that training
 * can neither starve nor crash the one that started it.
 */
@NullMarked
package io.flotilla.retraining;

import org.jspecify.annotations.NullMarked;
