/**
 * A fleet without hardware: real agents in one process, each with its own identity and folder, fed
 * by simulated cameras that see real handwritten digits.
 */
@NullMarked
package io.flotilla.simulator;

import org.jspecify.annotations.NullMarked;
