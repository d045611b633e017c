/**
 * What a simulated fleet consists of: how many devices, with what hardware and cameras, and what
 * they really saw.
 */
@NullMarked
package io.flotilla.simulator.fleet;

import org.jspecify.annotations.NullMarked;
