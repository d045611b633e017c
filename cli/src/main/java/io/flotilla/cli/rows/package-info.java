/** Rows of numbers from CSV as the tensors that a model takes. */
@NullMarked
package io.flotilla.cli.rows;

import org.jspecify.annotations.NullMarked;
