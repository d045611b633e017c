/**
 * Can this machine run this model, and why not? Pure decisions from what the file says, what a
 * trial with the same runtime showed, and what the machine told about itself, before a byte of the
 * model is sent to it.
 */
@NullMarked
package io.flotilla.hardware.gate;

import org.jspecify.annotations.NullMarked;
