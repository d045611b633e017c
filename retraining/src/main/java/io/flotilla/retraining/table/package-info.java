/** Tables of numeric features with a label and a cohort per row. */
@NullMarked
package io.flotilla.retraining.table;

import org.jspecify.annotations.NullMarked;
