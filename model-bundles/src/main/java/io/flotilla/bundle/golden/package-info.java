/**
 * Golden vectors: inputs with expected outputs by which a device proves a bundle on its own
 * hardware before it scores with it.
 */
@NullMarked
package io.flotilla.bundle.golden;

import org.jspecify.annotations.NullMarked;
