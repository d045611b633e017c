/**
 * An archive as a table of chunk digests, so that chunks can be fetched in any order and each be
 * checked by itself.
 */
@NullMarked
package io.flotilla.bundle.chunk;

import org.jspecify.annotations.NullMarked;
