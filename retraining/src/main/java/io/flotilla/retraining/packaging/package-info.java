/** Writes the unsigned bundle of a trained model: manifest, ONNX file, golden vectors, baseline. */
@NullMarked
package io.flotilla.retraining.packaging;

import org.jspecify.annotations.NullMarked;
