/**
 * Smaller variants of a model: half precision, integer arithmetic on dynamic scales, and integer
 * weights. Each is a rewrite of the graph that says what it changed and what it left, and why.
 */
@NullMarked
package io.flotilla.conversion.variant;

import org.jspecify.annotations.NullMarked;
