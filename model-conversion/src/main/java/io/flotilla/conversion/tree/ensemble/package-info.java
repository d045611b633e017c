/**
 * What all tree ensembles have in common, whoever trained them: checked trees, how their sums
 * become predictions, and the ONNX graph that computes them.
 */
@NullMarked
package io.flotilla.conversion.tree.ensemble;

import org.jspecify.annotations.NullMarked;
