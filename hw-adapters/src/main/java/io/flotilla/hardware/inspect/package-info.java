/**
 * What an ONNX file says about itself, read without the runtime and within limits: a walk over the
 * protobuf structure that keeps names, versions, types, operators and sizes and skips all weights.
 */
@NullMarked
package io.flotilla.hardware.inspect;

import org.jspecify.annotations.NullMarked;
