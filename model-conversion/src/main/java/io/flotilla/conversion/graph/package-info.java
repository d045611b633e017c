/**
 * Models as graphs that can be read and rewritten: checked before they are parsed, with all weights
 * in memory, and written so that the same graph gives the same bytes.
 */
@NullMarked
package io.flotilla.conversion.graph;

import org.jspecify.annotations.NullMarked;
