/** Cameras as pure functions from a digit to what a device sees of it. */
@NullMarked
package io.flotilla.simulator.camera;

import org.jspecify.annotations.NullMarked;
