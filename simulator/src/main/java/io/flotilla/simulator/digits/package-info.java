/** The handwritten digits that come with the simulator, and how they are divided. */
@NullMarked
package io.flotilla.simulator.digits;

import org.jspecify.annotations.NullMarked;
