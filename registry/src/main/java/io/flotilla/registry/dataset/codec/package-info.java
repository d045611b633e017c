/** Datasets written in JSON. */
@NullMarked
package io.flotilla.registry.dataset.codec;

import org.jspecify.annotations.NullMarked;
