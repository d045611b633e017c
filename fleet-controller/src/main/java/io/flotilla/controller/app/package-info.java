/** Wires the controller together, starts it in order and stops it in the reverse order. */
@NullMarked
package io.flotilla.controller.app;

import org.jspecify.annotations.NullMarked;
