/** Environments as people write them: JSON. */
@NullMarked
package io.flotilla.registry.environment.codec;

import org.jspecify.annotations.NullMarked;
