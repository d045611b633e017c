/**
 * Where a model version came from and where it went, as a graph and as a picture. Pure: what is
 * known is handed in as facts.
 */
@NullMarked
package io.flotilla.registry.lineage;

import org.jspecify.annotations.NullMarked;
