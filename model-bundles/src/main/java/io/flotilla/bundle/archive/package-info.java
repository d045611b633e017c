/**
 * The transport form of a bundle: one canonical tar file, packed deterministically and unpacked
 * only if it is byte for byte what packing gives.
 */
@NullMarked
package io.flotilla.bundle.archive;

import org.jspecify.annotations.NullMarked;
