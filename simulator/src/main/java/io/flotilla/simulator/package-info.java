/** Simulated devices. */
@NullMarked
package io.flotilla.simulator;

import org.jspecify.annotations.NullMarked;
