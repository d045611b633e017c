/**
 * ONNX Runtime behind the accelerator interface: the only package that knows its types. Native
 * objects are owned by exactly one class each and freed on every path; what the runtime says when
 * it refuses becomes one of our error codes in {@code RuntimeFailures}.
 */
@NullMarked
package io.flotilla.hardware.onnx;

import org.jspecify.annotations.NullMarked;
