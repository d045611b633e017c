/** The JSON forms of variant reports, model comparisons and conversion records. */
@NullMarked
package io.flotilla.conversion.codec;

import org.jspecify.annotations.NullMarked;
