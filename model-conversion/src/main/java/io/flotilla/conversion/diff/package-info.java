/** What changed between two models, as data and in words. */
@NullMarked
package io.flotilla.conversion.diff;

import org.jspecify.annotations.NullMarked;
