/**
 * Readers of what XGBoost and LightGBM write, in JSON and in text: bounded, and never recursive.
 */
@NullMarked
package io.flotilla.conversion.tree.codec;

import org.jspecify.annotations.NullMarked;
