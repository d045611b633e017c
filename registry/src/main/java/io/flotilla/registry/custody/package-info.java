/** Looks at everything that is stored at once: the chain, the store's files and the blobs. */
@NullMarked
package io.flotilla.registry.custody;

import org.jspecify.annotations.NullMarked;
