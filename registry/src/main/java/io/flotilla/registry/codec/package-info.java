/** Records to JSON and back, as they are kept in the record store. The registry's only Jackson. */
@NullMarked
package io.flotilla.registry.codec;

import org.jspecify.annotations.NullMarked;
