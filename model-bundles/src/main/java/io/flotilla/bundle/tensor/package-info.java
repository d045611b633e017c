/** Tensors as plain bytes: what golden vectors, captures and scoring exchange. */
@NullMarked
package io.flotilla.bundle.tensor;

import org.jspecify.annotations.NullMarked;
