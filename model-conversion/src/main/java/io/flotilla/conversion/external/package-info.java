/**
 * Models of any framework turned into ONNX by a command of the user's: with declared inputs only,
 * in a private folder, within limits, and recorded so that it can be told later what came of what.
 */
@NullMarked
package io.flotilla.conversion.external;

import org.jspecify.annotations.NullMarked;
