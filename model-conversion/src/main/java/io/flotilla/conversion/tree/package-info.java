/**
 * Tree ensembles that other trainers wrote (XGBoost, LightGBM, Tribuo) become ONNX models with the
 * trainer's own predictions, bit by bit up to the order of float additions.
 */
@NullMarked
package io.flotilla.conversion.tree;

import org.jspecify.annotations.NullMarked;
