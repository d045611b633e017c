/** JSON lines of the fleet process. */
@NullMarked
package io.flotilla.simulator.command.codec;

import org.jspecify.annotations.NullMarked;
