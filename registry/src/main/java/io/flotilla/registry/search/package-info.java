/**
 * Search over model versions: the query language, its order and cursors, and the index records that
 * are written together with what they describe. Nothing of it is kept in memory.
 */
@NullMarked
package io.flotilla.registry.search;

import org.jspecify.annotations.NullMarked;
