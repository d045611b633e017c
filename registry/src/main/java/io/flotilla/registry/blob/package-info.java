/** Content-addressed files: bundle archives and datasets, each under the digest of its content. */
@NullMarked
package io.flotilla.registry.blob;

import org.jspecify.annotations.NullMarked;
