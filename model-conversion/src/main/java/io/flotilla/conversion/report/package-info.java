/**
 * What a variant costs and saves against its original, measured in one run on the same rows, and
 * the judgement whether that is tolerable.
 */
@NullMarked
package io.flotilla.conversion.report;

import org.jspecify.annotations.NullMarked;
