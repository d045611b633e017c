/**
 * What devices say, stored exactly once: spools with their acknowledgements, predictions with their
 * labels and accounting, presence. What a device says wrongly is dropped, counted and reported, and
 * never holds up what it says next.
 */
@NullMarked
package io.flotilla.controller.ingest;

import org.jspecify.annotations.NullMarked;
