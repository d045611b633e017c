/**
 * ONNX files written by code: small, seeded networks for benchmarks and tests, so that neither
 * needs a file from outside.
 */
@NullMarked
package io.flotilla.cli.onnx;

import org.jspecify.annotations.NullMarked;
