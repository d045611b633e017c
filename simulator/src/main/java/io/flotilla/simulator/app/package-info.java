/** The fleet put together and driven: real agents, real transport, the real clock. */
@NullMarked
package io.flotilla.simulator.app;

import org.jspecify.annotations.NullMarked;
