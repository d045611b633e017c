/**
 * Reads, compares and rewrites ONNX files: smaller variants of a model, tree ensembles from other
 * trainers' dumps, and foreign converters, each measured against its original.
 */
@NullMarked
package io.flotilla.conversion;

import org.jspecify.annotations.NullMarked;
