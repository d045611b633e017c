/**
 * Datasets, those made of captured rows among them, and runs of pipelines: each in a worker
 * process, one at a time, off the core thread.
 */
@NullMarked
package io.flotilla.controller.training;

import org.jspecify.annotations.NullMarked;
