/** JSON lines of the true labels. */
@NullMarked
package io.flotilla.simulator.fleet.codec;

import org.jspecify.annotations.NullMarked;
