/** The bundle: the immutable, signed content of a model version. */
@NullMarked
package io.flotilla.bundle;

import org.jspecify.annotations.NullMarked;
