/**
 * Trainers: a table in, a model and its ONNX file out, the same bytes for the same table and seed.
 */
@NullMarked
package io.flotilla.retraining.train;

import org.jspecify.annotations.NullMarked;
